import { clearLeftovers } from '../chaos/basic/leftovers.ts';
import type { ChaosSettings } from '../chaos/settings.ts';
import { refuseUnsound } from '../chaos/sound.ts';
import { asksForNetwork, type PartName, partsOf } from '../chaos/tiers.ts';
import type { RecordedTurn } from '../faults/phase-line.ts';
import { random32 } from '../linux/entropy.ts';
import { demandLibc } from '../linux/libc.ts';
import type { User } from '../linux/users.ts';
import { RenacerError } from '../model/errors.ts';
import { cleanUpCommandOf, controlSocketOf, ledRunOf } from './beside.ts';
import type { CleanUp } from './clean-up.ts';
import type { CleanUpCommand } from './clean-up-command.ts';
import { resolveCommand } from './command/resolve-command.ts';
import { userOf } from './command/user.ts';
import type { ControlSocket } from './control/control-socket.ts';
import { HeldTree } from './held-tree.ts';
import { hasPhases, watchedOutputs } from './phases/phased-injections.ts';
import type { PhasesOfRun } from './phases/phases-of-run.ts';
import { type Injections, injectionsOf, limitsRequest, timeoutOf } from './plans.ts';
import type { LedRun } from './probes/led-run.ts';
import { recordedJudgement } from './recording/recorded-judgement.ts';
import { recordedNetwork } from './recording/recorded-network.ts';
import { RecordingFile } from './recording/recording-file.ts';
import { replayedSettings } from './replayed-settings.ts';
import type { RunRequest } from './request.ts';
import { RunNetwork } from './run-network.ts';

/** The shell commands that look at what a run has left, if there are any. */
type Checks = Pick<RunRequest, 'verify' | 'verifyAlways'>;

/** A run whose command has not been started yet: all that was asked for is there. */
export interface PreparedRun {
  readonly request: RunRequest;
  /** As it was given, with its arguments. */
  readonly command: readonly [string, ...string[]];
  /** What is executed. */
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly user: User | undefined;
  readonly settings: ChaosSettings;
  readonly armed: readonly PartName[];
  readonly seed: number;
  readonly injections: Injections;
  /** Undefined if there is no deadline. */
  readonly timeout: ReturnType<typeof timeoutOf>;
  readonly checks: Checks;
  readonly recording: RecordingFile | undefined;
  readonly tree: HeldTree;
  readonly network: RunNetwork | undefined;
  readonly phases: PhasesOfRun | undefined;
  /** Undefined unless its steady state is asked for. */
  readonly led: LedRun | undefined;
  /** By what it is told what to do from outside; undefined if that was not asked for. */
  readonly control: ControlSocket | undefined;
  /** It is run by the clean-up. */
  readonly cleanUpCommand: CleanUpCommand | undefined;
}

/**
 * Makes what a run needs before its command can be started, and leaves to `cleanUp` how that goes away again. Throws a
 * RenacerError for what can't be had here.
 */
export async function prepare(
  command: readonly [string, ...string[]],
  request: RunRequest,
  cleanUp: CleanUp,
): Promise<PreparedRun> {
  demandLibc();
  const { chaos, replay, trace } = request;
  if (chaos && !replay) refuseUnsound(chaos);
  const asked = chaos?.settings ?? {};
  const settings = replay ? replayedSettings(asked, replay) : asked;
  const seed = replay?.seed ?? settings.seed ?? random32();
  const env = request.env ?? process.env;
  const cwd = request.cwd ?? process.cwd();
  const file = resolveCommand(command[0], request.searched ?? env, cwd);
  const user = request.user === undefined ? undefined : userOf(request.user);
  const armed = partsOf(settings);
  const checks = {
    verify: request.verify ?? replay?.verify,
    verifyAlways: request.verifyAlways ?? replay?.verifyAlways,
  };
  const cleanUpCommand = await cleanUpCommandOf(settings, { cwd, env });
  cleanUp.defer(() => cleanUpCommand?.run(request));
  // Now: what the command does to our own files is its business.
  if (checks.verify || checks.verifyAlways) await import('./verdict/check.ts');
  if (request.signal?.aborted) throw new RenacerError('RUN_ABORTED', 'the run was aborted before it began');
  const injections = await injectionsOf(settings, seed, replay);
  if (injections.schedule && request.attach) {
    throw new RenacerError(
      'ATTACH_CHAOS',
      'processes that run already (-p) run beside each other: no --chaos-schedule with them',
      {
        hint: 'Leave one of them out.',
      },
    );
  }

  await clearLeftovers();
  const control = await controlSocketOf(request);
  cleanUp.defer(() => control?.close());
  const recording = request.record === undefined ? undefined : RecordingFile.open(request.record);
  cleanUp.defer(() => recording?.close());
  // Without chaos and without -f only the command itself is ours; nor are those that are let go when they call execve.
  const isTree = armed.length > 0 || replay !== undefined || (trace?.follow !== false && !trace?.untilExec);
  const tree = HeldTree.prepare(isTree ? limitsRequest(settings, armed, launchBytes(command, env)) : undefined);
  cleanUp.defer(() => tree.dispose());
  const phases = await openPhases({ request, settings, seed, cwd, env, recording }, tree);
  cleanUp.defer(async () => void (await phases?.finish()));
  const network = await openNetwork({ request, settings, seed, recording }, tree, phases?.plan.active);
  phases?.onTurn(({ turn }) => {
    if (turn === 'end')
      void network?.ready.then(
        (ready) => ready.letGo(),
        () => {},
      );
  });
  cleanUp.defer(() => network?.dispose());
  // The first line of a recording names the backend, and is there before the command is executed.
  const impaired = recording && network && recordedNetwork(await network.settle(), settings);
  const timeout = timeoutOf(settings, armed);
  recording?.begin({
    seed,
    command,
    ...(impaired && { network: impaired }),
    ...(injections.schedule && { points: injections.schedule.points }),
    ...recordedJudgement({ ...request, ...checks }, settings, timeout?.limitMs),
  });
  return {
    request,
    command,
    file,
    env,
    cwd,
    user,
    settings,
    armed,
    seed,
    injections,
    timeout,
    checks,
    recording,
    tree,
    network,
    phases,
    led: await ledRunOf(settings, { cwd, env }, { network, phases }),
    control,
    cleanUpCommand,
  };
}

/** A run without phases does not load what they need. */
async function openPhases(
  {
    request,
    settings,
    seed,
    cwd,
    env,
    recording,
  }: Pick<PreparedRun, 'request' | 'settings' | 'seed' | 'cwd' | 'env' | 'recording'>,
  { limits }: HeldTree,
): Promise<PhasesOfRun | undefined> {
  if (!hasPhases(settings)) return undefined;
  const { PhasesOfRun } = await import('./phases/phases-of-run.ts');
  const context = { cwd, env, onOutput: request.onCheckOutput };
  const outputs = watchedOutputs(settings);
  const recorded = request.replay?.phases;
  const record = recording && ((turned: RecordedTurn) => recording.phase(turned));
  const phases = new PhasesOfRun({ settings, seed, outputs, recorded, record }, limits, context);
  request.interrupted?.addEventListener('abort', () => phases.letGo(), { once: true });
  return phases;
}

/** What the kernel copies for execve, and a little more. */
function launchBytes(command: readonly string[], env: NodeJS.ProcessEnv): number {
  const strings = [...command, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
  return strings.reduce((sum, string) => sum + Buffer.byteLength(string) + 1 + 8, 0);
}

async function openNetwork(
  { request, settings, seed, recording }: Pick<PreparedRun, 'request' | 'settings' | 'seed' | 'recording'>,
  { limits }: HeldTree,
  active: SharedArrayBuffer | undefined,
): Promise<RunNetwork | undefined> {
  const { replay } = request;
  if (!replay?.network && !asksForNetwork(settings)) return undefined;
  const recordings = { record: recording?.lines.shared, replayed: replay?.network && replay.networkFaults };
  return RunNetwork.open({ settings, seed, recordings, active }, limits);
}
