import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { codeMappings } from '../../../../src/linux/process-maps.ts';
import { PTRACE_EVENT_FORK } from '../../../../src/linux/ptrace.ts';
import { exitStatusOf, hasExited, isStopped, ptraceEventOf, stopSignalOf } from '../../../../src/linux/wait-status.ts';
import { Elf, SHT_SYMTAB } from '../../../../src/symbols/elf.ts';
import { symbolsOf } from '../../../../src/symbols/symbols.ts';
import { Breakpoints } from '../../../../src/tracer/points/breakpoints.ts';
import { Task } from '../../../../src/tracer/task.ts';
import { guest, hasCompiler, scratch } from '../../../support/guests.ts';
import { fileSource } from '../../../support/object-files.ts';
import { endOf, stoppedProgram, tools } from './stopped-program.ts';

const { ptrace, memory, waiter } = tools;
const SIGTRAP = 5;
const CODE_BYTES = 128;
/** Their first instructions are done by hand, but for those of `below`, which are taken one by one. */
const FUNCTIONS = ['times', 'add', 'below'] as const;

let task: Task | undefined;
afterEach(() => {
  if (task) endOf(task);
  task = undefined;
});

/** A program at its exec stop, where its functions are, and where its output goes. */
function start() {
  const file = guest('breakpoints');
  const said = path.join(scratch(), 'said');
  const fd = openSync(said, 'w');
  const root = stoppedProgram([file], fd);
  closeSync(fd);
  task = root;
  const elf = Elf.open(fileSource(file))!;
  const mapping = codeMappings(root.tid).find(({ name }) => name === file)!;
  const bias = mapping.start - elf.addressOf(mapping.offset)!;
  const symbols = symbolsOf(elf, SHT_SYMTAB);
  const places = FUNCTIONS.map((name) => symbols.find((symbol) => symbol.name === name)!.address + bias);
  return { root, places, output: () => readFileSync(said, 'utf8') };
}

const codeAt = (tid: number, address: number): string => {
  memory.read(tid, address, CODE_BYTES);
  return Buffer.from(memory.buffer.subarray(0, CODE_BYTES)).toString('hex');
};

/** Follows all there is to its end, over the breakpoints; how often each task came to each. */
function follow(root: Task, breakpoints: Breakpoints, onHit: (at: Task) => void = () => {}): Record<string, number> {
  const hits: Record<string, number> = {};
  const tasks = new Map([[root.tid, root]]);
  ptrace.resume(7, root.tid);
  for (let tid = waiter.any(); tid !== 0; tid = waiter.any()) {
    const { status } = waiter;
    const at = tasks.get(tid);
    if (!isStopped(status)) {
      expect(hasExited(status) && exitStatusOf(status)).toBe(0);
      continue;
    }
    if (at && ptraceEventOf(status) === PTRACE_EVENT_FORK) {
      const child = new Task(ptrace.eventMessage(tid)!, ptrace.eventMessage(tid)!, '0.1');
      tasks.set(child.tid, child);
      breakpoints.forked(at, child);
    }
    const breakpoint = at && stopSignalOf(status) === SIGTRAP && ptraceEventOf(status) === 0 && breakpoints.at(at);
    if (at && breakpoint) {
      hits[`${at.lineage} ${breakpoint.name}`] = (hits[`${at.lineage} ${breakpoint.name}`] ?? 0) + 1;
      breakpoints.stepBack(at, breakpoint);
      onHit(at);
      // Who has had them removed stands before an instruction as any other.
      if (breakpoints.at(at) === undefined) expect(breakpoints.pass(at, breakpoint)).toBeUndefined();
    }
    ptrace.resume(7, tid);
  }
  return hits;
}

const TOLD = ['child 19801\n', 'parent 19800\n'];

describe.skipIf(!hasCompiler)('breakpoints', () => {
  it.each([
    ['by hand where that is possible', false],
    ['by steps', true],
  ])('stop a process and its child at each of them, every time, and change nothing else: %s', (_, steps) => {
    const { root, places, output } = start();
    const breakpoints = new Breakpoints(tools);
    FUNCTIONS.forEach((name, which) => {
      expect(breakpoints.set(root, places[which]!, name, steps)).toBe(true);
    });
    expect(follow(root, breakpoints)).toEqual({ '0 times': 500, '0 add': 100, '0 below': 100, '0.1 add': 1 });
    expect(output().split(/(?<=\n)/)).toEqual(expect.arrayContaining(TOLD));
  });

  it('may stand at every instruction of a function', () => {
    const { root, places, output } = start();
    const breakpoints = new Breakpoints(tools);
    // mov %rdi,%rax; imul %rsi,%rax; ret
    for (const offset of [0, 3, 7]) expect(breakpoints.set(root, places[0]! + offset, `times+${offset}`)).toBe(true);
    expect(follow(root, breakpoints)).toEqual({ '0 times+0': 500, '0 times+3': 500, '0 times+7': 500 });
    expect(output()).toContain(TOLD[1]);
  });

  it('are gone from the code when they are removed, and the program goes on without them', () => {
    const { root, places, output } = start();
    const before = places.map((place) => codeAt(root.tid, place));
    const breakpoints = new Breakpoints(tools);
    FUNCTIONS.forEach((name, which) => {
      breakpoints.set(root, places[which]!, name);
    });
    expect(places.map((place) => codeAt(root.tid, place))).not.toEqual(before);
    breakpoints.removeAll(root);
    expect(places.map((place) => codeAt(root.tid, place))).toEqual(before);
    expect(follow(root, breakpoints)).toEqual({});
    expect(output().split(/(?<=\n)/)).toEqual(expect.arrayContaining(TOLD));
  });

  it('is not set in the place of another, nor where nothing is', () => {
    const { root, places } = start();
    const breakpoints = new Breakpoints(tools);
    expect(breakpoints.set(root, places[0]!, 'first')).toBe(true);
    expect(new Breakpoints(tools).set(root, places[0]!, 'of somebody else')).toBe(false);
    expect(breakpoints.set(root, 0x1000, 'nowhere')).toBe(false);
  });
});
