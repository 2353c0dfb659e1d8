import { describe, expect, it } from 'vitest';
import { PTRACE_CONT, PTRACE_DETACH, PTRACE_LISTEN, PTRACE_SYSCALL, type Ptrace } from '../../../src/linux/ptrace.ts';
import type { StopMethod } from '../../../src/tracer/following.ts';
import { Resumption } from '../../../src/tracer/resumption.ts';
import { Task } from '../../../src/tracer/task.ts';
import { EXIT_FOR, RUN } from '../../../src/tracer/task-state.ts';

/** A door for one task, and the requests that went through it. */
function doorOf(method: StopMethod) {
  const requests: number[][] = [];
  const detached: Task[] = [];
  const resume = (...request: number[]): boolean => requests.push(request) > 0;
  const door = new Resumption({ resume } as unknown as Ptrace, method, (task) => detached.push(task));
  const task = new Task(7, 7, '0');
  door.stopped(task);
  return { door, task, requests, detached };
}

describe('a stopped task', () => {
  it('is asked for the exit of its call only if somebody waits for it', () => {
    const { door, task, requests } = doorOf('seccomp');
    expect(task.state.run).toBe(RUN.stopped);
    door.resume(task, 10);
    task.state.exitFor = EXIT_FOR.policy;
    door.resume(task);
    expect(requests).toEqual([
      [PTRACE_CONT, 7, 10],
      [PTRACE_SYSCALL, 7, 0],
    ]);
    expect(task.state.run).toBe(RUN.running);
  });

  it('goes from call to call where nothing but ptrace stops it', () => {
    const { door, task, requests } = doorOf('ptrace');
    door.resume(task);
    expect(requests).toEqual([[PTRACE_SYSCALL, 7, 0]]);
  });

  it('is detached if that was asked for, but not while its registers are not its own', () => {
    const { door, task, requests, detached } = doorOf('seccomp');
    task.state.detaching = true;
    task.state.exitFor = EXIT_FOR.arguments;
    door.resume(task);
    expect(detached).toEqual([]);
    task.state.exitFor = EXIT_FOR.recorder;
    door.resume(task, 15);
    expect(detached).toEqual([task]);
    expect(requests).toEqual([
      [PTRACE_SYSCALL, 7, 0],
      [PTRACE_DETACH, 7, 15],
    ]);
  });

  it('stays where it is while it is held, and where job control has stopped it', () => {
    const { door, task, requests } = doorOf('seccomp');
    door.hold(task);
    expect(task.state.run).toBe(RUN.held);
    expect(requests).toEqual([]);
    door.stayStopped(task);
    expect(task.state.run).toBe(RUN.jobStopped);
    expect(requests).toEqual([[PTRACE_LISTEN, 7, 0]]);
  });
});
