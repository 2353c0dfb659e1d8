import { privateDirectories } from '../../../enclosure/private-directories.ts';
import { monotonicMs } from '../../../linux/clock.ts';
import type { GatedProcess } from '../../../linux/gated-process.ts';
import type { Launcher } from '../../../linux/launcher.ts';
import type { CaseFault, Observation } from '../../../model/sweep.ts';
import type { Policy } from '../../../tracer/policy.ts';
import type { Scene } from '../../worker/scene.ts';
import { sceneLauncher } from '../../worker/scene-launcher.ts';
import { endOf, type TracedRun, TracedRuns } from '../../worker/traced-runs.ts';
import { soonLimit } from '../../worker/watch/spin-limits.ts';
import { TreeWatch } from '../../worker/watch/tree-watch.ts';
import type { PerformOptions } from '../performer.ts';
import { Checkpoints } from './checkpoint/checkpoints.ts';
import type { Zygote } from './checkpoint/zygote.ts';
import type { CheckpointUse } from './protocol.ts';
import { RunPolicies } from './run-policies.ts';

/** Runs a subject as often as wanted, by a launcher that is laid out once and the stop loop: no control group, no thread, no pipes for a run. */
export class WarmEngine {
  readonly #scene: Scene;
  readonly #launcher: Launcher;
  readonly #runs: TracedRuns;
  readonly #checkpoints: Checkpoints | undefined;
  #hasStarted = false;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#launcher = sceneLauncher(scene);
    this.#runs = new TracedRuns(scene.subject.file);
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
    const policies = new RunPolicies(faults, options, watch, () => this.#runs.stackTracer(), extra);
    const zygote = from(policies.all.armed);
    const startMs = monotonicMs();
    const { status, deaths } = this.#run(policies.all, zygote);
    const isToBeKilled = faults.some(({ way }) => way === 'kill');
    const facts = {
      end: watch.end ?? endOf(status, isToBeKilled),
      injected: policies.injected,
      deaths,
      struck: policies.struck,
      leftRunning: watch.leftRunning,
      denied: policies.denied,
      recorded: policies.recorded,
      durationMs: monotonicMs() - startMs,
    };
    return this.#scene.finish(facts, service, options);
  }

  /** For another engine: nothing stands at a checkpoint any more, and what was read of programs is forgotten. Both come again when there is use for them. */
  makeRoom(): void {
    this.#checkpoints?.endAll();
    this.#runs.forgetPrograms();
  }

  close(): void {
    this.#checkpoints?.endAll();
    this.#launcher.free();
  }

  #run(policy: Policy, zygote: Zygote | undefined): TracedRun {
    return this.#runs.follow(policy, (loop) => {
      const copy = zygote && this.#copyOf(zygote);
      if (copy !== undefined) loop.adopt(copy, zygote!.calls);
      else loop.launch(this.#start(policy.armed), () => {});
    });
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
    const changes = { filter: this.#runs.filterOf(armed), ...(pid !== undefined && { pid }) };
    const gated = this.#hasStarted ? this.#launcher.startAgain(changes) : this.#launcher.start(changes);
    this.#hasStarted = true;
    return gated;
  }
}

function namesOf(faults: readonly CaseFault[]): string[] {
  return faults.map(({ syscall }) => syscall);
}
