import { type Guard, startGuard } from '../chaos/basic/guard.ts';
import { findLeftovers, removeLeftovers } from '../chaos/basic/leftovers.ts';
import { type LimitsRequest, type PreparedLimits, prepareLimits } from '../chaos/basic/limits.ts';
import { refuseIdleOptions } from '../chaos/idle-options.ts';
import type { ChaosSettings } from '../chaos/settings.ts';
import { asksForNetwork, isOfNetwork, type PartName, partsOf } from '../chaos/tiers.ts';
import type { FiredFault } from '../faults/fault-policy.ts';
import type { Recording } from '../faults/replay-file.ts';
import { epochSeconds, monotonicMs } from '../linux/clock.ts';
import { random32 } from '../linux/entropy.ts';
import { RenacerError } from '../model/errors.ts';
import type { RunResult } from '../model/run-result.ts';
import { launchError } from './command/launch-error.ts';
import { resolveCommand } from './command/resolve-command.ts';
import { Stdio } from './command/stdio.ts';
import { userOf } from './command/user.ts';
import { atExit } from './engine/at-exit.ts';
import { refusalText } from './engine/attach-refusal.ts';
import { runEngine } from './engine/engine.ts';
import { chooseEngine, withoutKernel } from './engine/engine-choice.ts';
import type { Ended, LaunchFailed } from './engine/engine-messages.ts';
import type { TracingPlan } from './engine/engine-plan.ts';
import { type OpeningNetwork, openForSure, openInstead, openNetwork, refuseBrokenNetwork } from './network.ts';
import { noLimits } from './no-limits.ts';
import { attachPlan, injectionsOf, tracingPlan } from './plans.ts';
import { recordedNetwork, withRecordedNetwork } from './recording/recorded-network.ts';
import { RecordingFile } from './recording/recording-file.ts';
import type { RunRequest } from './request.ts';
import { runCheck } from './verdict/check.ts';
import { Ending, treeIsEmpty } from './verdict/ending.ts';
import { makeResult } from './verdict/result.ts';

/**
 * Runs a command as asked, and resolves to how it went: the failure of the target is a result. Rejects with a
 * RenacerError for what Renacer itself can't do, and then nothing was started or nothing of it is left.
 */
export async function runCommand(command: string, args: readonly string[], request: RunRequest): Promise<RunResult> {
  const { chaos, replay } = request;
  const asked: ChaosSettings = chaos?.settings ?? {};
  if (replay) refuseOtherFaults(partsOf(asked), replay);
  else if (chaos) refuseIdleOptions(chaos);
  const settings = replay ? withRecordedNetwork(asked, replay) : asked;
  const seed = replay?.seed ?? settings.seed ?? random32();
  const env = request.env ?? process.env;
  const cwd = request.cwd ?? process.cwd();
  const file = resolveCommand(command, env, cwd);
  const user = request.user === undefined ? undefined : userOf(request.user);
  const armed = partsOf(settings);
  if (request.signal?.aborted) throw new RenacerError('RUN_ABORTED', 'the run was aborted before it began');

  const injected = {
    ...(await injectionsOf(settings, seed)),
    // A replay of the network alone needs no tracing.
    replay: replay && replay.faults.length > 0 ? { seed, faults: replay.faults } : undefined,
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
    if (replay?.network || asksForNetwork(settings)) opening = await openNetwork(wanted, limits);
    if (recording) {
      // The first line names the backend, and is there before the command is executed.
      if (opening) opening = await openForSure(opening, wanted);
      const network = opening && recordedNetwork((await opening.ready).backend, settings);
      recording.begin({ seed, command: [command, ...args], ...(network && { network }) });
    }
    const planTracing = (): TracingPlan | undefined => {
      const plan = tracingPlan(request, { ...injected, emulation: opening?.emulation });
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
            cgroup: limits.cgroupV2,
            namespaces: opening?.namespaces,
            user,
          },
          joinFiles: limits.joinFiles,
          tracing,
          attach: request.attach && attachPlan(request.attach),
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
          attached: (attached, refused) => request.attach?.onAttached?.(attached, refused.map(refusalText)),
          event: (event) => request.trace?.onEvent?.(event),
          idle: () => request.trace?.onIdle?.(),
        },
        { leave: request.attach?.leave ?? (untilExec ? request.signal : undefined) },
      ).then(async (end) => {
        if (end.kind === 'no-kernel-trace') {
          tracing = withoutKernel(engineChoice, tracing!, end.reason);
          return start();
        }
        if (end.kind === 'abandoned') {
          opening = await openInstead(opening!, wanted);
          tracing = planTracing();
          return start();
        }
        return end;
      });
    // A traced tree dies with its tracer; any other needs somebody to see to it, from its very beginning.
    if (!tracing || tracing.kernel) guard = startGuard(limits.remains);
    // Even if it fails: our copies of its pipes would keep them open.
    const last = await start().finally(() => stdio.handOver());
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
