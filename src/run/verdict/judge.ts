import { RenacerError } from '../../model/errors.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { CheckUse, InjectedFault, LimitsUse, ReplayUse, Spin } from '../../model/run-result.ts';
import type { DeadlockedTask } from '../../model/schedule.ts';
import { signalNumber } from '../../syscalls/signals.ts';
import type { EndCause } from './ending.ts';

const SIGTERM = 15;

/** A process of the tree that an injected signal ended: by itself, or after the program had handled it. */
export interface InjectedDeath {
  readonly signal: string;
  readonly handled: boolean;
  /** The call at which it was sent. */
  readonly at: { readonly lineage: string; readonly syscall: string | undefined; readonly ordinal: number };
  /** It was the command itself. */
  readonly isCommand: boolean;
}

/** Why a tree was ended before its time. */
export interface EarlyEnd {
  readonly cause: EndCause;
  /** What has happened, for people, where the cause does not say it. */
  readonly why?: string | undefined;
  /** SIGTERM was not enough, SIGKILL followed. */
  readonly killed: boolean;
  /** The command itself had come to its own end before; what was ended is what it had left running. */
  readonly afterCommand: boolean;
  /** The whole tree had been idle for long, and not for a delay of ours. */
  readonly hung: boolean;
}

/** What is known when a run has ended. */
export interface Evidence {
  /** It was let go, and runs on: there is no more to know. */
  readonly detached: boolean;
  readonly exitCode: number | undefined;
  /** Name of the signal that ended the command. */
  readonly signal: string | undefined;
  readonly early: EarlyEnd | undefined;
  readonly injectedDeaths: readonly InjectedDeath[];
  readonly limits: LimitsUse;
  readonly faults: readonly InjectedFault[];
  readonly checks: readonly CheckUse[];
  /** What its probes say of its steady state; undefined if that held, or nobody asked. */
  readonly unsteady?: RenacerError | undefined;
  readonly replay: ReplayUse | undefined;
  readonly spin: Spin | undefined;
  /** Tasks that waited for each other: we have ended them. */
  readonly deadlock?: readonly DeadlockedTask[] | undefined;
}

export interface Verdict {
  readonly outcome: Outcome;
  /** Why it is not `survived`. Its message names "memory", "timeout" or "signal" where that ended the run. */
  readonly error: RenacerError | undefined;
  /** The fault that ended the command, where one is known to have. */
  readonly decisive?: InjectedFault | undefined;
}

/** How the run ended: a pure function of what is known. */
export function judge(evidence: Evidence): Verdict {
  if (evidence.detached) return verdict('detached', 'DETACHED', 'the process was detached, and runs on');
  return judgeReplay(evidence) ?? judgeChecks(evidence) ?? judgeSteadyState(evidence);
}

/** A command that has failed by itself is told as that: what its probes saw follows from it. */
function judgeSteadyState(evidence: Evidence): Verdict {
  const end = judgeEnd(evidence);
  const { unsteady } = evidence;
  return unsteady && end.outcome === 'survived' ? { outcome: 'corrupted', error: unsteady } : end;
}

/** What ended first counts: the deadline is not told as the cause of an end that the command had come to by itself. */
function judgeEnd(evidence: Evidence): Verdict {
  const { early, exitCode, signal, deadlock } = evidence;
  if (deadlock) return verdict('hung', 'DEADLOCK', `deadlock: ${deadlock.map(waitText).join('; ')}`);
  const ownEnd = early?.afterCommand && exitCode !== 0;
  if (early?.cause === 'served') {
    const served = judgeServed(early, evidence);
    if (served) return served;
  } else if (early && !ownEnd) return judgeEarlyEnd(early, evidence);
  return (
    judgeMemory(evidence) ??
    judgeInjectedSignal(evidence) ??
    (signal === undefined
      ? judgeExit(evidence, exitCode ?? 0)
      : verdict('crashed', 'COMMAND_CRASHED', `killed by ${signal}`))
  );
}

/** A run that is not the recorded one says nothing of what was recorded. */
function judgeReplay({ replay, exitCode, signal }: Evidence): Verdict | undefined {
  const missed = (replay?.missed ?? []).filter((fault) => !('flow' in fault && fault.byTime));
  if (!replay || missed.length === 0) return undefined;
  const count = `${missed.length} of ${replay.recorded} recorded faults did not come again`;
  const end = signal === undefined ? `exited with status ${exitCode}` : `was killed by ${signal}`;
  return verdict('diverged', 'REPLAY_DIVERGED', `the run diverged from its recording: ${count}; it ${end}`);
}

function judgeChecks(evidence: Evidence): Verdict | undefined {
  const failed = evidence.checks.find(({ status }) => status !== undefined && status !== 0);
  if (!failed) return undefined;
  const { outcome, error } = judgeEnd(evidence);
  const end = outcome === 'survived' ? 'exited with status 0, but' : `${error!.message}; then`;
  return verdict('corrupted', 'CHECK_FAILED', `${end} its check exited with ${failed.status}`);
}

/** A service that we have ended may die of that, or come to an end of its own; undefined if that end says more. */
function judgeServed({ killed }: EarlyEnd, { exitCode, signal }: Evidence): Verdict | undefined {
  if (killed) return verdict('hung', 'SERVICE_NOT_ENDED', 'it does not end when it gets SIGTERM: it was killed');
  const diedOfIt = signal === 'SIGTERM' || exitCode === 128 + SIGTERM;
  return diedOfIt ? { outcome: 'survived', error: undefined } : undefined;
}

function judgeEarlyEnd({ cause, why, hung, afterCommand }: EarlyEnd, { limits, spin }: Evidence): Verdict {
  const what = afterCommand ? ', by processes that the command had left running' : '';
  const spun = spin ? `; ${spinText(spin)}` : '';
  if (cause === 'abort') return verdict('stopped', 'RUN_ABORTED', `the run was aborted from outside${spun}`);
  if (cause === 'abort_on') return verdict('stopped', 'ABORTED_ON', `ended by abort_on: ${why}${spun}`);
  const limit = `timeout of ${(limits.timeout?.limitMs ?? 0) / 1000} s reached${what}`;
  if (hung) return verdict('hung', 'TIMEOUT', `${limit}, and the whole tree had been idle${spun}`);
  return verdict('stopped', 'TIMEOUT', `${limit}${spun}`);
}

/** A call that is made again and again, and is no further for it. */
function spinText({ syscall, fault, times }: Spin): string {
  const how = fault.startsWith('error=') ? `failed with ${fault.slice('error='.length)}` : `met ${fault}`;
  return `it spun: ${syscall} ${how} ${times.toLocaleString('en-US')} times in a row`;
}

/** The OOM killer sends SIGKILL; a shell passes that on as status 137. */
function judgeMemory({ signal, exitCode, limits }: Evidence): Verdict | undefined {
  const { memory } = limits;
  const died = signal === 'SIGKILL' || exitCode === 128 + 9;
  if (!memory?.oomKills || !died) return undefined;
  return verdict('stopped', 'MEMORY_LIMIT', `memory limit reached: ${oomKilled(memory.oomKills)}`);
}

/**
 * A program may handle a signal, clean up, and then die of it by its own hand, as it should: that was the signal still. And
 * a shell passes the death of its child on as 128+n.
 */
function judgeInjectedSignal({ signal, exitCode, injectedDeaths, faults }: Evidence): Verdict | undefined {
  const death = injectedDeaths.findLast((one) =>
    signal === undefined ? exitCode === 128 + signalNumber(one.signal)! : one.isCommand && one.signal === signal,
  );
  if (death) return injectedVerdict(death, faultAt(death, faults));
  const ours = faults
    .filter((fault) => fault.kind === 'signal')
    .findLast((fault) => fault.signal === signal && (fault.fate === 'died' || fault.fate === 'handled'));
  return ours && injectedVerdict({ ...ours, handled: ours.fate === 'handled' }, ours);
}

function injectedVerdict(
  { signal, at, handled }: Pick<InjectedDeath, 'signal' | 'at' | 'handled'>,
  decisive: InjectedFault | undefined,
): Verdict {
  const where = at.syscall ? `, sent at ${at.syscall}` : '';
  const by = decisive?.kind === 'call' ? ` by ${decisive.fault}` : '';
  const how = handled ? ', which it had handled' : '';
  return {
    ...verdict('stopped', 'SIGNAL_INJECTED', `ended by the injected signal ${signal}${where}${by}${how}`),
    decisive,
  };
}

/** The fault that sent this signal: one of a call, or the signal itself. */
function faultAt({ at, signal }: InjectedDeath, faults: readonly InjectedFault[]): InjectedFault | undefined {
  return faults.find((fault) => {
    if (fault.kind === 'packet' || fault.at.lineage !== at.lineage || fault.at.syscall !== at.syscall) return false;
    return fault.kind === 'signal' ? fault.signal === signal : fault.at.ordinal === at.ordinal;
  });
}

function waitText({ task, program, waitsFor, heldBy }: DeadlockedTask): string {
  const isSaid = heldBy === undefined || waitsFor.includes(`task ${heldBy}`);
  return `task ${task} (${program}) waits for ${waitsFor}${isSaid ? '' : `, which task ${heldBy} has`}`;
}

function judgeExit({ limits, faults }: Evidence, exitCode: number): Verdict {
  if (exitCode === 0) return { outcome: 'survived', error: undefined };
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

function oomKilled(count: number): string {
  return `the kernel's OOM killer ended ${count} process${count === 1 ? '' : 'es'}`;
}

function verdict(outcome: Outcome, code: string, message: string): Verdict {
  return { outcome, error: new RenacerError(code, message) };
}
