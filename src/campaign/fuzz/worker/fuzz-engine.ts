import { monotonicMs } from '../../../linux/clock.ts';
import type { FuzzObservation, FuzzRun } from '../../../model/fuzz.ts';
import type { Policy } from '../../../tracer/policy.ts';
import { Turns } from '../../../tracer/turns/turns.ts';
import type { PerformOptions } from '../../sweep/performer.ts';
import type { Scene } from '../../worker/scene.ts';
import { endOf, type TracedRun, TracedRuns } from '../../worker/traced-runs.ts';
import { soonLimit } from '../../worker/watch/spin-limits.ts';
import { TreeWatch } from '../../worker/watch/tree-watch.ts';
import { FuzzPolicies, hasTurns } from './fuzz-policies.ts';
import { LimitedLaunchers } from './limited-launchers.ts';

/** Runs a subject as often as wanted, each time with other adversity: by launchers that are laid out once and the stop loop. */
export class FuzzEngine {
  readonly #scene: Scene;
  readonly #launchers: LimitedLaunchers;
  readonly #runs: TracedRuns;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#launchers = new LimitedLaunchers(scene);
    this.#runs = new TracedRuns(scene.subject.file);
  }

  /** Throws a RenacerError if the command can't be started. */
  perform(run: FuzzRun, options: PerformOptions): FuzzObservation {
    const service = this.#scene.begin(options);
    const watch = new TreeWatch(options, service, soonLimit(run.faults));
    const { directory } = this.#scene.workplace;
    const policies = new FuzzPolicies(run, options, watch, directory, () => this.#runs.stackTracer());
    const startMs = monotonicMs();
    const { status, deaths, turns } = this.#follow(run, policies.all);
    const { made } = policies;
    const isToBeKilled = made.faults.some(({ way }) => way === 'kill');
    const facts = {
      end: watch.end ?? endOf(status, isToBeKilled),
      injected: made.faults.length,
      made,
      notExact: turns?.notExact ?? [],
      deaths,
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

  #follow(run: FuzzRun, policy: Policy): TracedRun & { turns: Turns | undefined } {
    let turns: Turns | undefined;
    const traced = this.#runs.follow(
      policy,
      (loop) => loop.launch(this.#launchers.start(run.limits, this.#runs.filterOf(policy.armed)), () => {}),
      hasTurns(run)
        ? (context, collector) => {
            turns = new Turns(context, collector, undefined);
            return turns;
          }
        : undefined,
    );
    return { ...traced, turns };
  }
}
