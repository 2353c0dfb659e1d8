import { RenacerError } from '../../model/errors.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { InjectedFault, LimitsUse } from '../../model/run-result.ts';

/** What is known when a run has ended. */
export interface Evidence {
  /** It was let go, and runs on: there is no more to know. */
  readonly detached: boolean;
  readonly exitCode: number | undefined;
  /** Name of the signal that ended the command. */
  readonly signal: string | undefined;
  readonly cause: 'timeout' | 'abort' | undefined;
  readonly hung: boolean;
  readonly limits: LimitsUse;
  readonly faults: readonly InjectedFault[];
  /** Exit status of the `--verify` command; undefined if none ran. */
  readonly checkStatus: number | undefined;
}

export interface Verdict {
  readonly outcome: Outcome;
  /** Why it is not `survived`. Its message names "memory", "timeout" or "signal" where that ended the run. */
  readonly error: RenacerError | undefined;
}

/** How the run ended: a pure function of what is known. */
export function judge(evidence: Evidence): Verdict {
  if (evidence.detached) return verdict('detached', 'DETACHED', 'the process was let go, and runs on');
  return (
    judgeEnding(evidence) ??
    judgeMemory(evidence) ??
    (evidence.signal === undefined
      ? judgeExit(evidence, evidence.exitCode ?? 0)
      : judgeSignal(evidence, evidence.signal))
  );
}

function judgeEnding({ cause, hung, limits }: Evidence): Verdict | undefined {
  if (cause === 'abort') return verdict('stopped', 'RUN_ABORTED', 'the run was aborted from outside');
  if (cause !== 'timeout') return undefined;
  const limit = `timeout of ${(limits.timeout?.limitMs ?? 0) / 1000} s`;
  const how = limits.timeout?.killed ? '; SIGTERM was not enough, SIGKILL followed' : '';
  if (hung) return verdict('hung', 'TIMEOUT', `${limit} reached, and the whole tree had been idle${how}`);
  return verdict('stopped', 'TIMEOUT', `${limit} reached${how}`);
}

/** The OOM killer sends SIGKILL; a shell passes that on as status 137. */
function judgeMemory({ signal, exitCode, limits }: Evidence): Verdict | undefined {
  const { memory } = limits;
  const died = signal === 'SIGKILL' || exitCode === 128 + 9;
  if (!memory?.oomKills || !died) return undefined;
  return verdict('stopped', 'MEMORY_LIMIT', `memory limit reached: ${oomKilled(memory.oomKills)}`);
}

/** A program may handle a signal, clean up, and then die of it by its own hand, as it should: that was the signal still. */
function judgeSignal({ signal, faults }: Evidence, name: string): Verdict {
  const ours = faults
    .filter((fault) => fault.kind === 'signal')
    .findLast((fault) => fault.signal === signal && (fault.fate === 'died' || fault.fate === 'handled'));
  if (!ours) return verdict('crashed', 'COMMAND_CRASHED', `killed by ${name}`);
  const where = ours.at.syscall ? ` at ${ours.at.syscall}` : '';
  const how = ours.fate === 'handled' ? ', which it had handled' : '';
  return verdict('stopped', 'SIGNAL_INJECTED', `ended by the injected signal ${name}, sent${where}${how}`);
}

function judgeExit({ limits, faults, checkStatus }: Evidence, exitCode: number): Verdict {
  if (exitCode !== 0) {
    const signals = [...new Set(faults.flatMap((fault) => (fault.kind === 'signal' ? [fault.signal] : [])))].join(', ');
    const others = faults.filter((fault) => fault.kind !== 'signal').length;
    const context = [
      limits.memory?.oomKills ? `the memory limit: ${oomKilled(limits.memory.oomKills)}` : '',
      signals ? `injected signals (${signals})` : '',
      others > 0 ? `${others} injected fault${others === 1 ? '' : 's'}` : '',
    ].filter(Boolean);
    const after = context.length > 0 ? ` after ${context.join(' and ')}` : '';
    return verdict('failed', 'COMMAND_FAILED', `exited with status ${exitCode}${after}`);
  }
  if (checkStatus !== undefined && checkStatus !== 0) {
    return verdict('corrupted', 'CHECK_FAILED', `exited with status 0, but its check exited with ${checkStatus}`);
  }
  return { outcome: 'survived', error: undefined };
}

function oomKilled(count: number): string {
  return `the kernel's OOM killer ended ${count} process${count === 1 ? '' : 'es'}`;
}

function verdict(outcome: Outcome, code: string, message: string): Verdict {
  return { outcome, error: new RenacerError(code, message) };
}
