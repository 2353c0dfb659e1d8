import type { PreparedLimits } from '../../chaos/basic/limits.ts';
import type { ChaosConfig } from '../../chaos/config.ts';
import type { PreparedNetwork } from '../../chaos/network/prepared-network.ts';
import { partsOf } from '../../chaos/tiers.ts';
import type { FiredFault } from '../../faults/fault-policy.ts';
import { printInject } from '../../faults/inject-grammar.ts';
import { faultText, type Recording } from '../../faults/replay-file.ts';
import type { Rule } from '../../faults/rule.ts';
import type { SentSignal } from '../../faults/sent-signals.ts';
import { straceExpressions } from '../../faults/strace-expressions.ts';
import { exitStatusOf, hasExited, termSignalOf } from '../../linux/wait-status.ts';
import type { Backends, InjectedFault, ReplayUse, RunResult, SyscallSummary } from '../../model/run-result.ts';
import { signalNameOf } from '../../syscalls/signals.ts';
import { syscallName } from '../../syscalls/syscall-table.ts';
import { shellQuote } from '../command/shell-quote.ts';
import type { Ended } from '../engine/engine-messages.ts';
import type { CountedCall, TracingPlan } from '../engine/engine-plan.ts';
import type { Ending } from './ending.ts';
import { judge } from './judge.ts';

/** All that is known when a run is over. */
export interface RunFacts {
  readonly command: readonly string[];
  readonly seed: number;
  readonly chaos: ChaosConfig | undefined;
  readonly limits: PreparedLimits;
  readonly network: PreparedNetwork | undefined;
  readonly tracing: TracingPlan | undefined;
  /** When the command was executed, in seconds since the epoch. */
  readonly startSeconds: number;
  readonly ended: Ended;
  readonly fired: readonly FiredFault[];
  readonly ending: Ending | undefined;
  readonly durationMs: number;
  readonly checkStatus: number | undefined;
  readonly verify: string | undefined;
  /** The faults that were to come again. */
  readonly replay: Recording | undefined;
  readonly stdout: string | undefined;
  readonly stderr: string | undefined;
  /** Processes that ran already. */
  readonly attached?: readonly number[] | undefined;
}

export function makeResult(facts: RunFacts): RunResult {
  const { command, seed, ended, ending, tracing, stdout, stderr } = facts;
  const { exitCode, signal } = endOf(ended.status);
  const limits = { ...facts.limits.usage(), timeout: ending?.timeoutUse() };
  const faults = [...ended.sent.map(signalFault), ...facts.fired.map(callFault), ...packetFaults(facts)].sort(
    (a, b) => a.timeMs - b.timeMs,
  );
  const { outcome, error } = judge({
    detached: ended.status === undefined,
    exitCode,
    signal,
    cause: ending?.cause,
    hung: ending?.hung ?? false,
    limits,
    faults,
    checkStatus: facts.checkStatus,
  });
  return {
    command,
    seed,
    config: config(facts),
    backends: backends(facts),
    outcome,
    exitCode,
    signal,
    durationMs: facts.durationMs,
    limits,
    network: facts.network?.usage(),
    faults,
    rules: ended.rules,
    replay: replayUse(facts),
    trace: {
      engine: tracing ? (tracing.kernel ? 'ebpf' : 'ptrace') : 'none',
      syscalls: summary(ended.counts, tracing),
      signals: ended.signals,
      tasks: ended.tasks,
      lost: ended.lost,
    },
    error,
    again: again(facts),
    strace: strace(facts),
    stdout,
    stderr,
  };
}

/** A replay has the network of its recording, too, so that it can be replayed from its report. */
function config({ chaos, replay }: RunFacts): RunResult['config'] {
  return replay?.network ? { ...chaos?.toJSON(), ...replay.network.options } : chaos?.toJSON();
}

/** Faults of system calls are made by the tracer, if there are any; those of the network by its engine. */
function replayUse({ replay, ended, network }: RunFacts): ReplayUse | undefined {
  if (!replay) return undefined;
  const calls = ended.replay ?? { injected: 0, missed: [] };
  const missed = network?.missed() ?? [];
  return {
    recorded: replay.faults.length + replay.networkFaults.length,
    injected: calls.injected + replay.networkFaults.length - missed.length,
    missed: [...calls.missed, ...missed],
  };
}

/** How the command ended; nothing is known of one that was let go. */
function endOf(status: number | undefined): Pick<RunResult, 'exitCode' | 'signal'> {
  if (status === undefined) return { exitCode: undefined, signal: undefined };
  if (hasExited(status)) return { exitCode: exitStatusOf(status), signal: undefined };
  return { exitCode: undefined, signal: signalNameOf(termSignalOf(status)) };
}

function backends({ limits, network, tracing, ended }: RunFacts): Backends {
  const basic = { ...limits.backends, ...(network && { network: network.backend }) };
  if (!tracing) return basic;
  if (tracing.kernel) return { ...basic, trace: 'ebpf' };
  const how = tracing.method === 'seccomp' ? 'ptrace, seccomp' : 'ptrace';
  const { kernelObstacle: obstacle } = tracing;
  const trace = ended.sharedCpu ? `${how}, on one CPU with the target` : how;
  return {
    ...basic,
    ...(tracing.signals && { signals: trace }),
    ...((tracing.faults || tracing.replay) && { faults: trace }),
    ...(tracing.ioLatencyMs && { io_latency: trace }),
    ...(tracing.selected !== 'none' && { trace: obstacle === undefined ? trace : `${trace} (no ebpf: ${obstacle})` }),
  };
}

function summary(counts: readonly CountedCall[], tracing: TracingPlan | undefined): SyscallSummary[] {
  const selected = tracing?.selected;
  return counts
    .filter(({ nr }) => !Array.isArray(selected) || selected.includes(nr))
    .map(({ nr, calls, errors, seconds }) => ({
      name: syscallName(nr),
      calls,
      errors: tracing?.timed ? errors : undefined,
      seconds: tracing?.timed ? seconds : undefined,
    }))
    .sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1));
}

function signalFault(sent: SentSignal): InjectedFault {
  return {
    kind: 'signal',
    rule: sent.rule,
    at: {
      lineage: sent.lineage,
      syscall: sent.nr < 0 ? undefined : syscallName(sent.nr),
      ordinal: sent.ordinal,
    },
    tid: sent.tid,
    timeMs: sent.timeMs,
    moment: sent.moment,
    signal: sent.signal,
    fate: sent.fate,
  };
}

function callFault(fired: FiredFault): InjectedFault {
  const { rule, lineage, tid, syscall, ordinal, timeMs, stack } = fired;
  return { kind: 'call', rule, at: { lineage, syscall, ordinal }, tid, timeMs, fault: faultText(fired), stack };
}

function packetFaults({ network, startSeconds }: RunFacts): InjectedFault[] {
  return (network?.faults() ?? []).map(({ kind, time, ...place }) => ({
    ...place,
    kind: 'packet',
    fault: kind,
    timeMs: (time - startSeconds) * 1000,
  }));
}

/** The command line that makes the same run again. The seed stands in it even if it was drawn. */
function again({ chaos, seed, command, verify, replay, attached = [] }: RunFacts): string {
  const flags = chaos?.withSettings(replay === undefined ? { seed } : {}).toFlags() ?? [];
  const words = [
    ...(replay === undefined ? [] : ['replay', replay.name]),
    ...flags.filter((flag) => !flag.startsWith('--chaos-rule=')),
    ...(chaos?.own.rules ?? []).flatMap((rule) => ['-e', `inject=${printInject(asExpression(rule, chaos))}`]),
    ...(verify ? ['--verify', verify] : []),
  ];
  const targets = attached.flatMap((pid) => ['-p', String(pid)]);
  return shellQuote(['renacer', ...words, ...targets, ...(command.length > 0 ? ['--', ...command] : [])]);
}

/** A rule so that it begins as expression where it did: without a word, that is at exec, unless a setting says another. */
function asExpression({ from, ...rule }: Rule, chaos: ChaosConfig | undefined): Rule {
  if (chaos?.settings.faultsFrom !== undefined) return from === undefined ? rule : { ...rule, from };
  return from === 'exec' ? rule : { ...rule, from: from ?? 'entry' };
}

/** Undefined if anything of the run is beyond strace. */
function strace({ chaos, command, ended, tracing }: RunFacts): string | undefined {
  const plan = tracing?.faults;
  if (!chaos || !plan || command.length === 0 || partsOf(chaos.settings).some((part) => part !== 'rules'))
    return undefined;
  // Where Renacer left out what the kernel could not do, strace would have done it.
  if (ended.rules.some(({ impossible }) => impossible > 0)) return undefined;
  const expressions = straceExpressions(plan.rules);
  return expressions && shellQuote(['strace', '-f', ...expressions.flatMap((text) => ['-e', text]), ...command]);
}
