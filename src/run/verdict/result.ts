import { toFileForm } from '../../chaos/file-form.ts';
import { exitStatusOf, hasExited, termSignalOf } from '../../linux/wait-status.ts';
import type { Backends, ReplayUse, RunResult, SyscallSummary } from '../../model/run-result.ts';
import { signalNameOf } from '../../syscalls/signals.ts';
import { syscallName } from '../../syscalls/syscall-table.ts';
import type { CountedCall, TracingPlan } from '../engine/engine-plan.ts';
import { again, straceCommand } from './again.ts';
import { crashes, deathsByPhases, injectedDeaths } from './deaths.ts';
import { callFault, packetFaults, signalFault } from './injected-faults.ts';
import { judge } from './judge.ts';
import type { RunFacts } from './run-facts.ts';

export function makeResult(facts: RunFacts): RunResult {
  const { command, seed, ended, tracing, checks, stdout, stderr } = facts;
  const { exitCode, signal } = endOf(ended.status);
  const limits = { ...facts.limits.usage(), timeout: facts.timeout };
  const faults = [
    ...ended.sent.map(signalFault),
    ...ended.fired.map(callFault),
    ...packetFaults(facts.network, facts.startMs),
  ].sort((a, b) => a.timeMs - b.timeMs);
  const replay = replayUse(facts);
  const { outcome, error, decisive } = judge({
    detached: ended.status === undefined,
    exitCode,
    signal,
    early: facts.early,
    injectedDeaths: [
      ...deathsByPhases(facts.settings.phases ?? [], facts.phases ?? []),
      ...injectedDeaths(ended.deaths),
    ],
    limits,
    faults,
    checks,
    unsteady: facts.unsteady,
    replay,
    spin: ended.spin,
    deadlock: ended.schedule?.deadlock,
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
    omittedFaults: ended.omitted + (facts.network?.omittedFaults() ?? 0),
    decisiveFault: decisive,
    rules: ended.rules,
    schedule: ended.schedule,
    replay,
    checks,
    phases: facts.phases ?? [],
    probes: facts.probes,
    cleanup: undefined,
    crashes: crashes(ended.deaths),
    spin: ended.spin,
    wroteToStderr: stderr === undefined ? ended.wroteToStderr : stderr !== '',
    trace: {
      engine: tracing ? (tracing.kernel ? 'ebpf' : 'ptrace') : 'none',
      syscalls: summary(ended.counts, tracing),
      signals: ended.signals,
      tasks: ended.tasks,
      delays: ended.delays,
      lost: ended.lost,
    },
    error,
    again: again(facts),
    strace: straceCommand(facts),
    escaped: facts.limits.escaped(),
    left: [],
    unwritten: facts.unwritten,
    stdout,
    stderr,
  };
}

/** A replay has the limits and the network of its recording, too, so that it can be replayed from its report. */
function config({ chaos, settings, replay }: RunFacts): RunResult['config'] {
  return replay ? { ...toFileForm(settings), ...chaos?.toJSON() } : chaos?.toJSON();
}

/** Faults of system calls are made by the tracer, if there are any; those of the network by its engine. */
function replayUse({ replay, ended, network }: RunFacts): ReplayUse | undefined {
  if (!replay) return undefined;
  const calls = ended.replay ?? { injected: 0, missed: [] };
  const missed = network?.missed() ?? [];
  const switches = replay.schedule?.switches.length ?? 0;
  const missedSwitches = ended.missedSwitches ?? [];
  const turns = (replay.phases ?? []).filter(({ at }) => at).length;
  const missedTurns = ended.missedTurns ?? [];
  return {
    recorded: replay.faults.length + replay.networkFaults.length + switches + turns,
    injected:
      calls.injected +
      replay.networkFaults.length -
      missed.length +
      switches -
      missedSwitches.length +
      turns -
      missedTurns.length,
    missed: [...calls.missed, ...missedTurns, ...missed, ...missedSwitches],
  };
}

/** How the command ended; nothing is known of one that was let go. */
export function endOf(status: number | undefined): Pick<RunResult, 'exitCode' | 'signal'> {
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
  // All the time, and in phases.
  const injections = [tracing, ...(tracing.phased ?? [])];
  return {
    ...basic,
    ...(injections.some(({ signals }) => signals) && { signals: trace }),
    ...((tracing.replay || injections.some(({ faults }) => faults)) && { faults: trace }),
    ...(injections.some(({ ioLatencyMs }) => ioLatencyMs) && { io_latency: trace }),
    ...(tracing.schedule && { schedule: trace }),
    ...(tracing.phases && { phases: trace }),
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
