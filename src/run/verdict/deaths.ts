import type { Crash } from '../../model/run-result.ts';
import { signalName } from '../../syscalls/signals.ts';
import { syscallName } from '../../syscalls/syscall-table.ts';
import type { ProcessDeath } from '../../tracer/process-deaths.ts';
import type { InjectedDeath } from './judge.ts';

/** Deaths of processes, as the verdict sees them. */

/** Those by signals that the tracer sent. */
export function injectedDeaths(deaths: readonly ProcessDeath[]): InjectedDeath[] {
  return deaths
    .filter(({ sender }) => sender === 'tracer')
    .map(({ signal, handled, isCommand, lineage, nr, ordinal }) => ({
      signal: signalName(signal),
      handled,
      isCommand,
      at: { lineage, syscall: callName(nr), ordinal },
    }));
}

/** Those by a signal that nobody sent: what made it is the program itself. */
export function crashes(deaths: readonly ProcessDeath[]): Crash[] {
  return deaths.flatMap(({ crash, sender, signal, pid, lineage }) => {
    if (!crash || sender === 'tracer') return [];
    const { program, nr, code, stack } = crash;
    return [{ program, signal: signalName(signal), pid, lineage, syscall: callName(nr), code, stack }];
  });
}

function callName(nr: number): string | undefined {
  return nr < 0 ? undefined : syscallName(nr);
}
