/**
 * Does something during which nobody gets at `process.stderr`. Node.js opens it when it is first looked at, and thereby makes the
 * pipe that it may be non-blocking, for the command as well. koffi looks at every property of `node:util`, and from Node.js 22 on
 * one of them (`diff`) asks whether stderr has colours.
 */
export function withoutStderr<Result>(action: () => Result): Result {
  const stderr = Object.getOwnPropertyDescriptor(process, 'stderr');
  if (!stderr?.configurable) return action();
  Object.defineProperty(process, 'stderr', { value: { isTTY: false }, configurable: true, enumerable: true });
  try {
    return action();
  } finally {
    Object.defineProperty(process, 'stderr', stderr);
  }
}
