import { type Guard, startGuard } from '../chaos/basic/guard.ts';
import { findLeftovers, removeLeftovers } from '../chaos/basic/leftovers.ts';
import { type LimitsRequest, type PreparedLimits, prepareLimits } from '../chaos/basic/limits.ts';
import { DEFAULT_SIGNAL_RATE, type SignalPlan } from '../chaos/basic/signal-injection.ts';
import type { ChaosConfig } from '../chaos/config.ts';
import { type ChaosSettings, INJECTABLE_SIGNALS } from '../chaos/settings.ts';
import { asksForNetwork, type PartName, partsOf } from '../chaos/tiers.ts';
import type { FaultPlan, FaultSettings } from '../faults/fault-plan.ts';
import type { FiredFault } from '../faults/fault-policy.ts';
import type { Recording, RecordingHeader } from '../faults/replay-file.ts';
import { epochSeconds, monotonicMs } from '../linux/clock.ts';
import { random32 } from '../linux/entropy.ts';
import { trySeccompTrace } from '../linux/probes.ts';
import type { ResourceLimit } from '../linux/rlimits.ts';
import { RenacerError } from '../model/errors.ts';
import type { RunResult } from '../model/run-result.ts';
import type { TraceEvent } from '../model/trace-event.ts';
import { atExit } from './at-exit.ts';
import { runCheck } from './check.ts';
import { Ending, treeIsEmpty } from './ending.ts';
import { type Ended, type LaunchFailed, runEngine } from './engine.ts';
import { chooseEngine, withoutKernel } from './engine-choice.ts';
import type { EngineChoice, TracingPlan } from './engine-plan.ts';
import { launchError } from './launch-error.ts';
import { type OpeningNetwork, openInstead, openNetwork, refuseBrokenNetwork } from './network.ts';
import { noLimits } from './no-limits.ts';
import { RecordingFile } from './recording-file.ts';
import { resolveCommand } from './resolve-command.ts';
import { makeResult } from './result.ts';
import { Stdio, type StdioOption } from './stdio.ts';

const DEFAULT_STRING_LIMIT = 32;

/** What is to be seen of the target's system calls. */
export interface TraceRequest {
  /** Numbers of x86-64 system calls. */
  readonly select: 'all' | readonly number[];
  /** All tasks of the tree (the default), or only the command's first one. Signal injection needs all. */
  readonly follow?: boolean | undefined;
  /** Receives each event. The objects are used again: copy what you keep. Without it, calls are only counted. */
  readonly onEvent?: (event: TraceEvent) => void;
  /** No event is pending for the moment. */
  readonly onIdle?: () => void;
  /** Bytes of strings and data to capture; default 32. */
  readonly stringLimit?: number;
  /** Capture environments too. */
  readonly verbose?: boolean | undefined;
  /** Capture what file descriptors are: a look at /proc for each. */
  readonly fdPaths?: boolean | undefined;
}

/** How a command is to be run. */
export interface RunRequest {
  readonly chaos?: ChaosConfig | undefined;
  /** Directory to start in. */
  readonly cwd?: string | undefined;
  /** The whole environment of the target; ours by default. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly stdio?: StdioOption | undefined;
  /** File descriptors of ours above stderr that the target gets too. */
  readonly inheritedFds?: readonly number[] | undefined;
  /** What the target reads, where its stdin is a pipe. */
  readonly input?: string | Uint8Array | undefined;
  /** Ends the run: SIGTERM to the tree, SIGKILL after the grace period. */
  readonly signal?: AbortSignal | undefined;
  /** A shell command to run after a target that exited with 0: if it fails, the outcome is `corrupted`. */
  readonly verify?: string | undefined;
  readonly trace?: TraceRequest | undefined;
  /** Who traces; by default `auto`: the kernel by itself (eBPF) where that can be, else a stop loop (ptrace). */
  readonly engine?: EngineChoice | undefined;
  /** A file to write each fault to as it is injected. */
  readonly record?: string | undefined;
  /** Injects these faults and no others; the configuration must not ask for any. */
  readonly replay?: Recording | undefined;
  /** Told once, when the command has been executed. */
  readonly onStart?: ((start: RunStart) => void) | undefined;
  /** Told when a job-control signal (Ctrl-Z) has stopped the command's first process. */
  readonly onStop?: ((signal: number) => void) | undefined;
  /** Limits that the command starts with beyond those of the configuration. */
  readonly rlimits?: readonly ResourceLimit[] | undefined;
  /** What the command is told that it is called: its name by default. */
  readonly argv0?: string | undefined;
}

export interface RunStart {
  readonly pid: number;
  readonly seed: number;
}

/**
 * Runs a command as asked, and resolves to how it went: the failure of the target is a result. Rejects with a
 * RenacerError for what Renacer itself can't do, and then nothing was started or nothing of it is left.
 */
export async function runCommand(command: string, args: readonly string[], request: RunRequest): Promise<RunResult> {
  const { chaos } = request;
  const settings: ChaosSettings = chaos?.settings ?? {};
  const seed = request.replay?.seed ?? settings.seed ?? random32();
  const env = request.env ?? process.env;
  const cwd = request.cwd ?? process.cwd();
  const file = resolveCommand(command, env, cwd);
  const armed = partsOf(settings);
  if (request.signal?.aborted) throw new RenacerError('RUN_ABORTED', 'the run was aborted before it began');

  const injected = {
    signals: armed.includes('signals') ? signalPlan(settings, seed) : undefined,
    faults: await faultPlanOf(settings, armed, seed),
    replay: request.replay,
    ioLatencyMs: armed.includes('io_latency') ? settings.ioLatencyMs : undefined,
  };
  if (request.replay) refuseOtherFaults(armed);
  const fired: FiredFault[] = [];

  await removeLeftovers(findLeftovers('near'));
  // Without chaos and without -f only the command itself is ours.
  const isTree = armed.length > 0 || request.replay !== undefined || request.trace?.follow !== false;
  const recording = openRecording(request.record, { seed, command: [command, ...args] });
  const limits = isTree ? prepareLimits(limitsRequest(settings, armed)) : noLimits();
  const engineChoice = request.engine ?? 'auto';
  const exitIsFine = atExit(() => limits.killTree());
  let guard: Guard | undefined;
  let opening: OpeningNetwork | undefined;
  try {
    if (asksForNetwork(settings)) opening = await openNetwork(settings, seed, limits);
    const planTracing = (): TracingPlan | undefined => {
      const plan = tracingPlan(request.trace, { ...injected, imitation: opening?.imitation });
      return plan && chooseEngine(engineChoice, plan, limits.cgroupV2);
    };
    let tracing = planTracing();
    const stdio = new Stdio(request.stdio ?? 'inherit', request.input);
    let startMs = monotonicMs();
    let startSeconds = epochSeconds();
    let ending: Ending | undefined;
    const start = (): Promise<Ended | LaunchFailed> =>
      runEngine(
        {
          launch: {
            file,
            argv: [request.argv0 ?? command, ...args],
            env: Object.entries(env).map(([name, value]) => `${name}=${value ?? ''}`),
            cwd: request.cwd,
            stdio: stdio.fds,
            inheritedFds: request.inheritedFds ?? [],
            rlimits: [...(request.rlimits ?? []), ...limits.rlimits],
          },
          joinFiles: limits.joinFiles,
          tracing,
          gate: opening?.gate,
        },
        {
          started(pid) {
            startMs = monotonicMs();
            startSeconds = epochSeconds();
            stdio.handOver();
            limits.started(pid);
            ending = new Ending(limits, {
              timeoutMs: armed.includes('timeout') ? settings.timeoutMs : undefined,
              killAfterMs: settings.killAfterMs,
              hangAfterMs: settings.hangAfterMs,
              abort: request.signal,
            });
            request.onStart?.({ pid, seed });
          },
          fault(fault) {
            fired.push(fault);
            recording?.fault(fault);
          },
          signal: (sent) => recording?.signal(sent),
          stopped: (signal) => request.onStop?.(signal),
          event: (event) => request.trace?.onEvent?.(event),
          idle: () => request.trace?.onIdle?.(),
        },
      ).then(async (end) => {
        if (end.kind === 'no-kernel-trace') {
          tracing = withoutKernel(engineChoice, tracing!, end.reason);
          return start();
        }
        if (end.kind === 'abandoned') {
          opening = await openInstead(opening!, settings, seed);
          tracing = planTracing();
          return start();
        }
        return end;
      });
    // A traced tree dies with its tracer; any other needs somebody to see to it. It starts while the engine does.
    const engine = start();
    if (!tracing || tracing.kernel) guard = startGuard(limits.remains);
    // Even if it fails: our copies of its pipes would keep them open.
    const last = await engine.finally(() => stdio.handOver());
    if (last.kind === 'launch-failed') throw launchError(command, last);
    await treeIsEmpty(limits);
    ending?.stop();
    const network = await opening?.ready;
    refuseBrokenNetwork(network);
    network?.finish();
    const durationMs = monotonicMs() - startMs;
    const [stdout, stderr] = await Promise.all([stdio.stdout, stdio.stderr]);
    const checkStatus = request.verify && last.status === 0 ? await runCheck(request.verify, { cwd, env }) : undefined;
    return makeResult({
      command: [command, ...args],
      seed,
      chaos,
      limits,
      network,
      tracing,
      ended: last,
      fired,
      ending,
      startSeconds,
      durationMs,
      checkStatus,
      verify: request.verify,
      replayOf: request.replay?.name,
      stdout,
      stderr,
    });
  } finally {
    exitIsFine();
    recording?.close();
    await opening?.ready.then(
      (network) => network.dispose(),
      () => {},
    );
    await cleanUp(limits);
    guard?.dismiss();
  }
}

/** Whatever went wrong before, nothing of the tree may stay. */
async function cleanUp(limits: PreparedLimits): Promise<void> {
  if (!limits.isEmpty()) limits.killTree();
  await limits.dispose();
}

function limitsRequest(settings: ChaosSettings, armed: readonly PartName[]): LimitsRequest {
  const { memoryLimit, memoryFailure, cpuLimit } = settings;
  return {
    ...(armed.includes('memory') && {
      memory: { bytes: memoryLimit!, ...(memoryFailure && { failure: memoryFailure }) },
    }),
    ...(armed.includes('cpu') && { cpu: { fraction: cpuLimit! } }),
  };
}

/** Parts whose faults would come beside the recorded ones. */
const FAULT_PARTS: readonly PartName[] = ['signals', 'byzantine', 'rules', 'bugs'];

function refuseOtherFaults(armed: readonly PartName[]): void {
  const others = armed.filter((part) => FAULT_PARTS.includes(part));
  if (others.length === 0) return;
  throw new RenacerError('REPLAY_WITH_FAULTS', `a replay injects the recorded faults alone, not ${others.join(', ')}`, {
    hint: 'leave these out; limits, a timeout and the network may be set',
  });
}

function openRecording(file: string | undefined, header: RecordingHeader): RecordingFile | undefined {
  return file === undefined ? undefined : RecordingFile.open(file, header);
}

function signalPlan(settings: ChaosSettings, seed: number): SignalPlan {
  return {
    seed,
    signals: settings.signals ?? INJECTABLE_SIGNALS,
    rate: settings.signalRate ?? DEFAULT_SIGNAL_RATE,
  };
}

/** The engine of faults is loaded by runs that need it alone. */
async function faultPlanOf(
  settings: ChaosSettings,
  armed: readonly PartName[],
  seed: number,
): Promise<FaultPlan | undefined> {
  const { rules, byzantine, bugs, faultsFrom } = settings;
  const wanted: FaultSettings = {
    rules: armed.includes('rules') ? rules : undefined,
    byzantine: armed.includes('byzantine') ? byzantine : undefined,
    bugs: armed.includes('bugs') ? bugs : undefined,
    faultsFrom,
  };
  if (!wanted.rules && !wanted.byzantine && !wanted.bugs) return undefined;
  const { faultPlan } = await import('../faults/fault-plan.ts');
  return faultPlan(wanted, seed);
}

/** Undefined if nothing asks for tracing: such a run does not ptrace. */
function tracingPlan(
  trace: TraceRequest | undefined,
  chaos: Pick<TracingPlan, 'signals' | 'faults' | 'replay' | 'imitation' | 'ioLatencyMs'>,
): TracingPlan | undefined {
  const isChaotic = Object.values(chaos).some((part) => part !== undefined);
  if (!trace && !isChaotic) return undefined;
  const follow = isChaotic || trace?.follow !== false;
  return {
    // Where filters are refused, or are not for all tasks, every call stops: slower, and complete all the same.
    method: follow && trySeccompTrace() === undefined ? 'seccomp' : 'ptrace',
    follow,
    selected: trace?.select ?? 'none',
    events: trace?.onEvent !== undefined,
    timed: trace !== undefined,
    stringLimit: trace?.stringLimit ?? DEFAULT_STRING_LIMIT,
    verbose: trace?.verbose === true,
    fdPaths: trace?.fdPaths === true,
    ...chaos,
  };
}
