import { ArgWords } from '../../src/model/arg-words.ts';
import { syscallNumber } from '../../src/syscalls/syscall-table.ts';
import type { StoppedCall } from '../../src/tracer/policy.ts';
import { Task } from '../../src/tracer/task.ts';

/** A task of this lineage that has come to its program's entry point. Its tid is nobody's. */
export function taskOf(lineage = '0'): Task {
  const task = new Task(0x7fffffff, 0x7fffffff, lineage);
  task.state.reachedEntryPoint = true;
  return task;
}

/** A call that this task makes now, without memory behind its arguments. */
export function callOf(task: Task, name: string, args: readonly number[] = [], result = 0): StoppedCall {
  const words = new Uint32Array(12);
  args.forEach((arg, index) => {
    words[2 * index] = arg;
    words[2 * index + 1] = arg < 0 ? 0xffffffff : 0;
  });
  const nr = syscallNumber(name)!;
  return {
    task,
    abi: 'x86_64',
    nr,
    args: new ArgWords(words),
    ordinal: task.count(nr),
    result: new ArgWords(Uint32Array.of(result, result < 0 ? 0xffffffff : 0)),
    read: () => undefined,
    readString: () => undefined,
  };
}
