import { type Guard, startGuard } from '../chaos/basic/guard.ts';
import { findLeftovers, removeLeftovers } from '../chaos/basic/leftovers.ts';
import { type LimitsRequest, type PreparedLimits, prepareLimits } from '../chaos/basic/limits.ts';
import { DEFAULT_SIGNAL_RATE, type SignalPlan } from '../chaos/basic/signal-injection.ts';
import type { ChaosConfig } from '../chaos/config.ts';
import { type ChaosSettings, INJECTABLE_SIGNALS } from '../chaos/settings.ts';
import { asksForNetwork, isOfNetwork, type PartName, partsOf } from '../chaos/tiers.ts';
import type { FaultPlan, FaultSettings } from '../faults/fault-plan.ts';
import type { FiredFault } from '../faults/fault-policy.ts';
import type { Recording } from '../faults/replay-file.ts';
import { epochSeconds, monotonicMs } from '../linux/clock.ts';
import { random32 } from '../linux/entropy.ts';
import { trySeccompTrace } from '../linux/probes.ts';
import type { ResourceLimit } from '../linux/rlimits.ts';
import type { DescriptorDetail } from '../model/capture.ts';
import { RenacerError } from '../model/errors.ts';
import type { RunResult } from '../model/run-result.ts';
import type { TraceEvent } from '../model/trace-event.ts';
import type { Dumps } from '../syscalls/dumped-data.ts';
import { atExit } from './at-exit.ts';
import { refusalText } from './attach-refusal.ts';
import { runCheck } from './check.ts';
import { Ending, treeIsEmpty } from './ending.ts';
import { type Ended, type LaunchFailed, runEngine } from './engine.ts';
import { chooseEngine, withoutKernel } from './engine-choice.ts';
import type { AttachedProcess } from './engine-messages.ts';
import type { AttachPlan, EngineChoice, PlacesPlan, TracingPlan } from './engine-plan.ts';
import { launchError } from './launch-error.ts';
import { type OpeningNetwork, openInstead, openNetwork, refuseBrokenNetwork } from './network.ts';
import { noLimits } from './no-limits.ts';
import { recordedNetwork, withRecordedNetwork } from './recorded-network.ts';
import { RecordingFile } from './recording-file.ts';
import { resolveCommand } from './resolve-command.ts';
import { makeResult } from './result.ts';
import { Stdio, type StdioOption } from './stdio.ts';
import { userOf } from './user.ts';

const DEFAULT_STRING_LIMIT = 32;

/** What is to be seen of the target's system calls. */
export interface TraceRequest {
  /** Numbers of x86-64 system calls. */
  readonly select: 'all' | readonly number[];
  /** All tasks of the tree (the default), or only the command's first one. Signal injection needs all. */
  readonly follow?: boolean | undefined;
  /** A task is let go when it calls execve (again): it runs on, and nobody waits for it. */
  readonly untilExec?: boolean | undefined;
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
  /** What to capture of them beside: addresses of sockets, numbers of devices, ... */
  readonly descriptorDetails?: readonly DescriptorDetail[] | undefined;
  /** Capture all data that pass through these descriptors. */
  readonly dumps?: Dumps | undefined;
  /** Capture the names of processes: of the caller at each call, and of those that arguments name. */
  readonly processNames?: boolean | undefined;
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
  /** Find out where in their programs tasks make the calls that are traced, or that faults are injected into. */
  readonly places?: PlacesPlan | undefined;
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
  /** Whom it runs as: a name. Only root may say so. */
  readonly user?: string | undefined;
  /** Processes that run already, to be traced beside the command. */
  readonly attach?: AttachRequest | undefined;
}

/** Processes that run already, and are traced from now on. */
export interface AttachRequest {
  readonly pids: readonly number[];
  /** They end with Renacer, as a command does. By default they are left running. */
  readonly killOnExit?: boolean | undefined;
  /** One of them is about to execute a command, and is traced from there on. */
  readonly awaitsExec?: number | undefined;
  /** Lets them go. */
  readonly leave?: AbortSignal | undefined;
  /** Told which of them are traced, and for what reasons others can't be. */
  readonly onAttached?: ((attached: readonly AttachedProcess[], refusals: readonly string[]) => void) | undefined;
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
  const { chaos, replay } = request;
  const asked: ChaosSettings = chaos?.settings ?? {};
  if (replay) refuseOtherFaults(partsOf(asked), replay);
  const settings = replay ? withRecordedNetwork(asked, replay) : asked;
  const seed = replay?.seed ?? settings.seed ?? random32();
  const env = request.env ?? process.env;
  const cwd = request.cwd ?? process.cwd();
  const file = resolveCommand(command, env, cwd);
  const user = request.user === undefined ? undefined : userOf(request.user);
  const armed = partsOf(settings);
  if (request.signal?.aborted) throw new RenacerError('RUN_ABORTED', 'the run was aborted before it began');

  const injected = {
    signals: armed.includes('signals') ? signalPlan(settings, seed) : undefined,
    faults: await faultPlanOf(settings, armed, seed),
    // A replay of the network alone needs no tracing.
    replay: replay && replay.faults.length > 0 ? { seed, faults: replay.faults } : undefined,
    ioLatencyMs: armed.includes('io_latency') ? settings.ioLatencyMs : undefined,
  };
  const fired: FiredFault[] = [];

  await removeLeftovers(findLeftovers('near'));
  // Without chaos and without -f only the command itself is ours.
  const { follow, untilExec } = request.trace ?? {};
  // Nor are those that are let go when they call execve.
  const isTree = armed.length > 0 || replay !== undefined || (follow !== false && !untilExec);
  const recording = request.record === undefined ? undefined : RecordingFile.open(request.record);
  const limits = isTree ? prepareLimits(limitsRequest(settings, armed)) : noLimits();
  const engineChoice = request.engine ?? 'auto';
  const exitIsFine = atExit(() => limits.killTree());
  let guard: Guard | undefined;
  let opening: OpeningNetwork | undefined;
  try {
    const recordings = { recordFd: recording?.fd, replayed: replay?.network && replay.networkFaults };
    const wanted = { settings, seed, recordings };
    const header = { seed, command: [command, ...args] };
    // The first line names the backend, and is there before the command is executed.
    const recorded = (next: OpeningNetwork): OpeningNetwork => ({
      ...next,
      ready: next.ready.then((network) => {
        recording?.begin({ ...header, network: recordedNetwork(network.backend, settings) });
        return network;
      }),
    });
    if (replay?.network || asksForNetwork(settings)) opening = recorded(await openNetwork(wanted, limits));
    else recording?.begin(header);
    const planTracing = (): TracingPlan | undefined => {
      const plan = tracingPlan(request, { ...injected, imitation: opening?.imitation });
      // The kernel's own programs see a cgroup, not any process; and what ran before has no filter of ours.
      if (request.attach) return plan && { ...plan, method: 'ptrace' };
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
            namespaces: opening?.namespaces,
            user,
          },
          joinFiles: limits.joinFiles,
          tracing,
          attach: request.attach && attachPlan(request.attach),
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
          attached: (attached, refused) => request.attach?.onAttached?.(attached, refused.map(refusalText)),
          event: (event) => request.trace?.onEvent?.(event),
          idle: () => request.trace?.onIdle?.(),
        },
        { ready: opening?.ready, leave: request.attach?.leave ?? (untilExec ? request.signal : undefined) },
      ).then(async (end) => {
        if (end.kind === 'no-kernel-trace') {
          tracing = withoutKernel(engineChoice, tracing!, end.reason);
          return start();
        }
        if (end.kind === 'abandoned') {
          opening = recorded(await openInstead(opening!, wanted));
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
      replay,
      attached: request.attach?.pids,
      stdout,
      stderr,
    });
  } finally {
    exitIsFine();
    await opening?.ready.then(
      (network) => network.dispose(),
      () => {},
    );
    opening?.release?.();
    recording?.close();
    await cleanUp(limits);
    guard?.dismiss();
  }
}

/** Whatever went wrong before, nothing of the tree may stay. */
async function cleanUp(limits: PreparedLimits): Promise<void> {
  if (!limits.isEmpty()) limits.killTree();
  await limits.dispose();
}

export function attachPlan({ pids, killOnExit = false, awaitsExec }: AttachRequest): AttachPlan {
  return { pids, killOnExit, awaitsExec };
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

function refuseOtherFaults(armed: readonly PartName[], { network }: Recording): void {
  const others = armed.filter((part) => FAULT_PARTS.includes(part) || (network && isOfNetwork(part)));
  if (others.length === 0) return;
  throw new RenacerError('REPLAY_WITH_FAULTS', `a replay injects the recorded faults alone, not ${others.join(', ')}`, {
    hint: `leave these out; limits${network ? ' and a timeout' : ', a timeout and the network'} may be set`,
  });
}

export function signalPlan(settings: ChaosSettings, seed: number): SignalPlan {
  return {
    seed,
    signals: settings.signals ?? INJECTABLE_SIGNALS,
    rate: settings.signalRate ?? DEFAULT_SIGNAL_RATE,
  };
}

/** The engine of faults is loaded by runs that need it alone. */
export async function faultPlanOf(
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
export function tracingPlan(
  { trace, places }: Pick<RunRequest, 'trace' | 'places'>,
  chaos: Pick<TracingPlan, 'signals' | 'faults' | 'replay' | 'imitation' | 'ioLatencyMs'>,
): TracingPlan | undefined {
  const isChaotic = Object.values(chaos).some((part) => part !== undefined);
  if (!trace && !isChaotic) return undefined;
  const follow = isChaotic || trace?.follow !== false;
  return {
    // Where filters are refused, or are not for all tasks, every call stops: slower, and complete all the same.
    method: follow && !trace?.untilExec && trySeccompTrace() === undefined ? 'seccomp' : 'ptrace',
    follow,
    untilExec: trace?.untilExec === true,
    selected: trace?.select ?? 'none',
    events: trace?.onEvent !== undefined,
    timed: trace !== undefined,
    stringLimit: trace?.stringLimit ?? DEFAULT_STRING_LIMIT,
    verbose: trace?.verbose === true,
    fdPaths: trace?.fdPaths === true,
    descriptorDetails: trace?.descriptorDetails ?? [],
    dumps: trace?.dumps,
    processNames: trace?.processNames === true,
    places,
    ...chaos,
  };
}
