import type { StackFrame } from '../../model/stack-frame.ts';

/**
 * A stack, from the innermost frame, without the rounds of its recursion: where a function is entered again before it has
 * returned, what lies between the two is left out, also what other functions of the round (a walker and its visitor) have there.
 * So the depth of a tree makes no other stacks.
 */
export function collapseRecursion(stack: readonly StackFrame[]): StackFrame[] {
  const path: StackFrame[] = [];
  const depthOf = new Map<string, number>();
  for (let i = stack.length - 1; i >= 0; i--) {
    const frame = stack[i]!;
    const name = functionKey(frame);
    const depth = depthOf.get(name) ?? path.length;
    for (const left of path.splice(depth)) depthOf.delete(functionKey(left));
    depthOf.set(name, depth);
    path.push(frame);
  }
  return path.reverse();
}

/** Which function a frame is of: by its start; without symbols only the place itself is known. */
function functionKey({ file, address, offset }: StackFrame): string {
  return `${file} ${address - offset}`;
}
