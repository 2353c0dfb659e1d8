import { monotonicMs } from '../../../linux/clock.ts';
import { LaunchError } from '../../../linux/gated-process.ts';
import { traceFilter } from '../../../linux/seccomp-filter.ts';
import { exitStatusOf, hasExited, termSignalOf } from '../../../linux/wait-status.ts';
import type { FuzzObservation, FuzzRun } from '../../../model/fuzz.ts';
import type { Death, RunEnd } from '../../../model/sweep.ts';
import { launchError } from '../../../run/command/launch-error.ts';
import { signalName } from '../../../syscalls/signals.ts';
import { NO_RECORDER } from '../../../tracer/event-recorder.ts';
import type { Following } from '../../../tracer/following.ts';
import type { Policy } from '../../../tracer/policy.ts';
import type { ProcessDeath } from '../../../tracer/process-deaths.ts';
import { StopLoop, type StopLoopOptions } from '../../../tracer/stop-loop.ts';
import { Turns } from '../../../tracer/turns/turns.ts';
import { StackTracer } from '../../../tracer/unwind/stack-tracer.ts';
import type { PerformOptions } from '../../sweep/performer.ts';
import { soonLimit } from '../../sweep/worker/spin-limits.ts';
import { TreeWatch } from '../../sweep/worker/tree-watch.ts';
import type { Scene } from '../../worker/scene.ts';
import { FuzzPolicies, hasTurns } from './fuzz-policies.ts';
import { LimitedLaunchers } from './limited-launchers.ts';

const FOLLOWING: Following = { method: 'seccomp', tree: true };
const LOOP = { keepsWakeupTask: true, isPinned: true } as const;
const SIGKILL = 'SIGKILL';
/** Frames of a stack. */
const MAX_FRAMES = 256;

/** Runs a subject as often as wanted, each time with other adversity: by launchers that are laid out once and the stop loop. */
export class FuzzEngine {
  readonly #scene: Scene;
  readonly #launchers: LimitedLaunchers;
  readonly #filters = new Map<string, Uint8Array>();
  #tracer: StackTracer | undefined;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#launchers = new LimitedLaunchers(scene);
  }

  /** Throws a RenacerError if the command can't be started. */
  perform(run: FuzzRun, options: PerformOptions): FuzzObservation {
    const service = this.#scene.begin(options);
    const watch = new TreeWatch(options, service, soonLimit(run.faults));
    const { directory } = this.#scene.workplace;
    const policies = new FuzzPolicies(run, options, watch, directory, () => this.#stackTracer());
    const startMs = monotonicMs();
    const { status, deaths, turns } = this.#follow(run, policies.all);
    const { made } = policies;
    const facts = {
      end:
        watch.end ??
        endOf(
          status,
          made.faults.some(({ way }) => way === 'kill'),
        ),
      injected: made.faults.length,
      made,
      notExact: turns?.notExact ?? [],
      deaths: deaths.flatMap(deathOf),
      struck: policies.struck,
      leftRunning: watch.leftRunning,
      denied: policies.denied,
      recorded: policies.recorded,
      durationMs: monotonicMs() - startMs,
    };
    return this.#scene.finish(facts, service, options);
  }

  close(): void {
    this.#launchers.free();
  }

  #follow(run: FuzzRun, policy: Policy): { status: number; deaths: readonly ProcessDeath[]; turns: Turns | undefined } {
    let turns: Turns | undefined;
    const inTurns: Pick<StopLoopOptions, 'turns'> = hasTurns(run)
      ? {
          turns: (context, collector) => {
            turns = new Turns(context, collector, undefined);
            return turns;
          },
        }
      : {};
    const loop = new StopLoop(FOLLOWING, NO_RECORDER, policy, { ...LOOP, ...inTurns });
    try {
      loop.launch(this.#launchers.start(run.limits, this.#filterOf(policy.armed)), () => {});
      // It was launched, so there is a status.
      return { status: loop.run()!, deaths: loop.deaths.all, turns };
    } catch (error) {
      if (!(error instanceof LaunchError)) throw error;
      throw launchError(this.#scene.subject.file, { kind: 'launch-failed', step: error.step, code: error.code });
    }
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

function endOf(status: number, isToBeKilled: boolean): RunEnd {
  if (hasExited(status)) return { kind: 'exited', status: exitStatusOf(status) };
  const signal = signalName(termSignalOf(status));
  return signal === SIGKILL && isToBeKilled ? { kind: 'killed' } : { kind: 'signalled', signal };
}

/** Crashes alone: of a signal that somebody has sent, nothing is told here. */
function deathOf({ crash, signal, isCommand }: ProcessDeath): Death[] {
  if (!crash) return [];
  return [{ program: crash.program, signal: signalName(signal), isRoot: isCommand, stack: crash.stack }];
}
