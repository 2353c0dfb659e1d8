import type { StackFrame } from '../../model/stack-frame.ts';
import type { Recorded, RecordedCall, Site } from '../../model/sweep.ts';
import { collapseRecursion } from './collapse.ts';
import { digestOf } from './digest.ts';

/** A site, and the calls that a run made there. */
export interface SiteCalls {
  readonly site: Site;
  readonly calls: readonly RecordedCall[];
}

/**
 * The sites of a recorded run, and their calls: task by task, as the order in which tasks take turns is not the program's, and within a task
 * in the order of their entries.
 *
 * @param handlerOf the case that the run was of, if its calls are an error handler's
 */
export function sitesOf(recorded: Recorded, handlerOf?: string): SiteCalls[] {
  const sites = new SiteIndex(recorded, handlerOf);
  const found = new Map<string, { readonly site: Site; readonly calls: RecordedCall[] }>();
  for (const call of taskByTask(recorded.calls)) {
    const site = sites.of(call);
    const known = found.get(site.id);
    if (known) known.calls.push(call);
    else found.set(site.id, { site, calls: [call] });
  }
  return [...found.values()];
}

function taskByTask(calls: readonly RecordedCall[]): readonly RecordedCall[] {
  const byTask = new Map<string, RecordedCall[]>();
  for (const call of calls) {
    const list = byTask.get(call.task);
    if (list) list.push(call);
    else byTask.set(call.task, [call]);
  }
  return [...byTask]
    .map(([task, list]) => ({ lineage: task.split('.').map(Number), list }))
    .sort((a, b) => compareLineages(a.lineage, b.lineage))
    .flatMap(({ list }) => list);
}

/** A parent before its children, and those in the order of their births. */
function compareLineages(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((number, index) => number !== b[index]);
  return at < 0 ? a.length - b.length : b[at] === undefined ? 1 : a[at]! - b[at]!;
}

/** The site of each call of a recorded run. */
export class SiteIndex {
  readonly #recorded: Recorded;
  readonly #handlerOf: string | undefined;
  readonly #sites = new Map<string, Site>();
  readonly #collapsed = new Map<number, readonly StackFrame[]>();

  constructor(recorded: Recorded, handlerOf?: string) {
    this.#recorded = recorded;
    this.#handlerOf = handlerOf;
  }

  of({ program, syscall, stack }: RecordedCall): Site {
    const key = `${program} ${stack} ${syscall}`;
    const known = this.#sites.get(key);
    if (known) return known;
    const path = this.#recorded.programs[program] ?? '';
    const frames = this.#stack(stack);
    const site: Site = {
      id: siteId(path, syscall, frames),
      program: path,
      syscall,
      stack: frames,
      handlerOf: this.#handlerOf,
    };
    this.#sites.set(key, site);
    return site;
  }

  #stack(number: number): readonly StackFrame[] {
    let frames = this.#collapsed.get(number);
    if (frames === undefined) {
      frames = collapseRecursion(this.#recorded.stacks[number] ?? []);
      this.#collapsed.set(number, frames);
    }
    return frames;
  }
}

/** The id of a site: where the code is in its file, not where it lies in memory. */
export function siteId(program: string, syscall: string, stack: readonly StackFrame[]): string {
  return digestOf(
    program,
    syscall,
    stack.map((frame) => placeOf(frame)),
  );
}

/** Code that no file has lies elsewhere in each run: what is known of it is its name. */
function placeOf({ file, symbol, address }: StackFrame): readonly (string | number)[] {
  return file.startsWith('/') ? [file, address] : [file, symbol ?? ''];
}

/** The C library, the loader, and what is as near to the kernel: who calls them says more of what a call is for. */
const LIBRARIES =
  /\/(?:libc|libpthread|libacl|libattr|ld-linux[^/]*|ld-musl[^/]*|libc\.musl[^/]*)(?:-[\d.]+)?\.so(?:\.\d+)?$|^\[vdso\]$/;

/** The innermost function of a stack that is not the C library's; of a stack that is all of it, the innermost. */
export function ownFrame(stack: readonly StackFrame[]): StackFrame | undefined {
  return stack.find((frame) => !isOfLibc(frame)) ?? stack[0];
}

/** Whether code is that of one of these. */
export function isOfLibc({ file }: StackFrame): boolean {
  return LIBRARIES.test(file);
}
