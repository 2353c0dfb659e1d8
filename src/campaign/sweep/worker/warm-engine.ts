import { privateDirectories } from '../../../enclosure/private-directories.ts';
import { monotonicMs } from '../../../linux/clock.ts';
import { type GatedProcess, LaunchError } from '../../../linux/gated-process.ts';
import type { Launcher } from '../../../linux/launcher.ts';
import { traceFilter } from '../../../linux/seccomp-filter.ts';
import { exitStatusOf, hasExited, termSignalOf } from '../../../linux/wait-status.ts';
import type { CaseFault, Death, Observation, RunEnd } from '../../../model/sweep.ts';
import { launchError } from '../../../run/command/launch-error.ts';
import { signalName } from '../../../syscalls/signals.ts';
import { NO_RECORDER } from '../../../tracer/event-recorder.ts';
import type { Following } from '../../../tracer/following.ts';
import type { Policy } from '../../../tracer/policy.ts';
import type { ProcessDeath } from '../../../tracer/process-deaths.ts';
import { StopLoop } from '../../../tracer/stop-loop.ts';
import { StackTracer } from '../../../tracer/unwind/stack-tracer.ts';
import type { Scene } from '../../worker/scene.ts';
import { sceneLauncher } from '../../worker/scene-launcher.ts';
import type { PerformOptions } from '../performer.ts';
import { Checkpoints } from './checkpoint/checkpoints.ts';
import type { Zygote } from './checkpoint/zygote.ts';
import type { CheckpointUse } from './protocol.ts';
import { RunPolicies } from './run-policies.ts';
import { soonLimit } from './spin-limits.ts';
import { TreeWatch } from './tree-watch.ts';

const FOLLOWING: Following = { method: 'seccomp', tree: true };
const LOOP = { keepsWakeupTask: true, isPinned: true } as const;
const SIGKILL = 9;
/** Frames of a stack. */
const MAX_FRAMES = 256;

/** Runs a subject as often as wanted, by a launcher that is laid out once and the stop loop: no control group, no thread, no pipes for a run. */
export class WarmEngine {
  readonly #scene: Scene;
  readonly #launcher: Launcher;
  readonly #filters = new Map<string, Uint8Array>();
  #tracer: StackTracer | undefined;
  readonly #checkpoints: Checkpoints | undefined;
  #hasStarted = false;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#launcher = sceneLauncher(scene);
    this.#checkpoints = this.#makeCheckpoints();
  }

  /** Throws a RenacerError if the command can't be started. */
  perform(faults: readonly CaseFault[], options: PerformOptions, use: CheckpointUse): Observation {
    if (use !== 'off' && this.#checkpoints) return this.#checkpoints.perform(faults, options, use === 'always');
    return this.#observe(faults, options, () => undefined);
  }

  /** `from`: where it goes on from, if it is not to be a whole run; `extra` is told of it. */
  #observe(
    faults: readonly CaseFault[],
    options: PerformOptions,
    from: (armed: Policy['armed']) => Zygote | undefined,
    extra?: Policy,
  ): Observation {
    const service = this.#scene.begin(options);
    const watch = new TreeWatch(options, service, soonLimit(faults), namesOf(faults));
    const policies = new RunPolicies(faults, options, watch, () => this.#stackTracer(), extra);
    const zygote = from(policies.all.armed);
    const startMs = monotonicMs();
    const { status, deaths } = this.#run(policies.all, zygote);
    const facts = {
      end: watch.end ?? endOf(status, faults),
      injected: policies.injected,
      deaths: deaths.flatMap(deathOf),
      struck: policies.struck,
      leftRunning: watch.leftRunning,
      denied: policies.denied,
      recorded: policies.recorded,
      durationMs: monotonicMs() - startMs,
    };
    return this.#scene.finish(facts, service, options);
  }

  /** For another engine: nothing stands at a checkpoint any more, and what was read of programs (of node 30 MiB) is forgotten. Both come again when there is use for them. */
  makeRoom(): void {
    this.#checkpoints?.endAll();
    this.#tracer = undefined;
  }

  close(): void {
    this.#checkpoints?.endAll();
    this.#launcher.free();
  }

  #run(policy: Policy, zygote: Zygote | undefined): { status: number; deaths: readonly ProcessDeath[] } {
    const loop = new StopLoop(FOLLOWING, NO_RECORDER, policy, LOOP);
    try {
      const copy = zygote && this.#copyOf(zygote);
      if (copy !== undefined) loop.adopt(copy, zygote!.calls);
      else loop.launch(this.#start(policy.armed), () => {});
      // It was launched, so there is a status.
      return { status: loop.run()!, deaths: loop.deaths.all };
    } catch (error) {
      if (!(error instanceof LaunchError)) throw error;
      throw launchError(this.#scene.subject.file, { kind: 'launch-failed', step: error.step, code: error.code });
    }
  }

  #copyOf(zygote: Zygote): number | undefined {
    const { workplace, stdio } = this.#scene;
    stdio.renew();
    const copy = workplace.numberAnew() ? zygote.fork() : undefined;
    if (copy === undefined) this.#checkpoints!.lost();
    return copy;
  }

  /** Where ids are not ours to choose, a program would find that its copies are others. A service goes on for long, and is many. */
  #makeCheckpoints(): Checkpoints | undefined {
    const { subject, workplace } = this.#scene;
    if (subject.service || !workplace.numberAnew()) return undefined;
    return new Checkpoints(
      {
        start: (armed, pid) => this.#start(armed, pid),
        observe: (faults, options, from, extra) => this.#observe(faults, options, from, extra),
      },
      [workplace.directory, ...privateDirectories(workplace.directory)],
    );
  }

  #start(armed: Policy['armed'], pid?: number): GatedProcess {
    const changes = { filter: this.#filterOf(armed), ...(pid !== undefined && { pid }) };
    const gated = this.#hasStarted ? this.#launcher.startAgain(changes) : this.#launcher.start(changes);
    this.#hasStarted = true;
    return gated;
  }

  /** One for all runs: what it has read of programs and their debug files is good for the next. */
  #stackTracer(): StackTracer {
    this.#tracer ??= new StackTracer(MAX_FRAMES, true, true);
    this.#tracer.begin();
    return this.#tracer;
  }

  #filterOf(armed: Policy['armed']): Uint8Array {
    const key = armed === 'all' ? armed : [...armed].sort((a, b) => a - b).join();
    const filter = this.#filters.get(key) ?? traceFilter(armed);
    this.#filters.set(key, filter);
    return filter;
  }
}

function namesOf(faults: readonly CaseFault[]): string[] {
  return faults.map(({ syscall }) => syscall);
}

function endOf(status: number, faults: readonly CaseFault[]): RunEnd {
  if (hasExited(status)) return { kind: 'exited', status: exitStatusOf(status) };
  const signal = termSignalOf(status);
  if (signal === SIGKILL && faults.some(({ way }) => way === 'kill')) return { kind: 'killed' };
  return { kind: 'signalled', signal: signalName(signal) };
}

/** Crashes alone: of a signal that somebody has sent, nothing is told here. */
function deathOf({ crash, signal, isCommand }: ProcessDeath): Death[] {
  if (!crash) return [];
  return [{ program: crash.program, signal: signalName(signal), isRoot: isCommand, stack: crash.stack }];
}
