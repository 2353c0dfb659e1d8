import { BpfAssembler, R0, R1, R6 } from '../../linux/bpf-assembler.ts';
import { enter, exit, fallAsleep } from './call-programs.ts';
import type { ProgramChoice } from './program-parts.ts';
import { signalDelivered, signalUndelivered } from './signal-programs.ts';
import { end, exec, fork } from './task-programs.ts';

/** A program for a raw tracepoint. */
export interface TracepointProgram {
  readonly tracepoint: string;
  readonly code: Uint8Array;
}

/**
 * The programs of a trace. A task is traced from its execve on if it is in the cgroup (so the launch itself is not), or
 * from its fork if its parent is traced.
 */
export function tracePrograms(choice: ProgramChoice): TracepointProgram[] {
  const needed: [string, (code: BpfAssembler, choice: ProgramChoice) => void][] = [
    ['sys_enter', enter],
    ['sys_exit', exit],
    ['sched_process_fork', fork],
    ['sched_process_exec', exec],
    ['sched_process_exit', end],
    ['signal_deliver', signalDelivered],
    ['signal_generate', signalUndelivered],
  ];
  if (choice.events) needed.push(['sched_switch', fallAsleep]);
  return needed.map(([tracepoint, write]) => {
    const code = new BpfAssembler();
    code.move(R6, R1);
    write(code, choice);
    return { tracepoint, code: code.label('out').move(R0, 0).exit().assemble() };
  });
}
