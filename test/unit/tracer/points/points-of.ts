import { closeSync, openSync } from 'node:fs';
import { Launcher } from '../../../../src/linux/launcher.ts';
import { traceFilter } from '../../../../src/linux/seccomp-filter.ts';
import { NO_RECORDER } from '../../../../src/tracer/event-recorder.ts';
import { CodePoints } from '../../../../src/tracer/points/code-points.ts';
import type { Chooser } from '../../../../src/tracer/points/data-points.ts';
import type { PointAt, PointSource } from '../../../../src/tracer/points/point-source.ts';
import type { Choice, Policy } from '../../../../src/tracer/policy.ts';
import { StopLoop } from '../../../../src/tracer/stop-loop.ts';
import type { Task } from '../../../../src/tracer/task.ts';
import { visibleCalls } from '../../../../src/tracer/turns/calls.ts';
import { Turns, type TurnsContext } from '../../../../src/tracer/turns/turns.ts';
import { launchSpec } from '../../../support/launch-spec.mjs';

const armed = new Set(visibleCalls());
const filter = traceFilter(armed);

export interface PointsOf {
  /** Each with the lineage of its task, in their order. */
  readonly points: readonly { readonly lineage: string; readonly at: PointAt }[];
  readonly refusals: readonly string[];
  readonly status: number | undefined;
  readonly deadlock: Turns['deadlock'];
}

/** Runs a program with one task at a time, and says which points in its code it came to. Usually tasks go on for as long as they can. */
export function pointsOf(
  argv: readonly string[],
  choose?: Chooser,
  pick = ({ usual }: Choice): Task => usual,
): PointsOf {
  const points: { lineage: string; at: PointAt }[] = [];
  let source: PointSource | undefined;
  let turns: Turns | undefined;
  const watched = (context: TurnsContext): PointSource => {
    const inner = new CodePoints(context, choose);
    source = inner;
    const onTrap = inner.onTrap.bind(inner);
    inner.onTrap = (task) => {
      const at = onTrap(task);
      if (at) points.push({ lineage: task.lineage, at });
      return at;
    };
    return inner;
  };
  const policy: Policy = { armed, onEntry: () => undefined, pick };
  const loop = new StopLoop({ method: 'seccomp', tree: true }, NO_RECORDER, policy, {
    turns: (context, collector) => {
      turns = new Turns(context, collector, watched(context));
      return turns;
    },
  });
  const output = openSync('/dev/null', 'w');
  const launcher = new Launcher({ ...launchSpec([...argv]), filter, stdio: [0, output, 2] });
  loop.launch(launcher.start(), () => {});
  const status = loop.run();
  closeSync(output);
  launcher.free();
  return { points, refusals: source?.refusals ?? [], status, deadlock: turns?.deadlock };
}
