import type { Phase } from '../../chaos/settings.ts';
import type { Crash } from '../../model/run-result.ts';
import type { PhaseUse } from '../../model/scenario.ts';
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

/** What signals of phases may have ended: the command that one was for, or somebody whose end a shell passes on. */
export function deathsByPhases(phases: readonly Phase[], uses: readonly PhaseUse[]): InjectedDeath[] {
  return uses.flatMap(({ name, began, error }) => {
    const action = phases.find((phase) => phase.name === name)?.action;
    if (action?.kind !== 'signal' || error !== undefined) return [];
    const { signal, to } = action;
    const at = { lineage: began.at?.task ?? '0', syscall: began.at?.call, ordinal: began.at?.nth ?? 0 };
    return [{ signal, handled: false, isCommand: to === '0' || to === 'tree', at }];
  });
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
