import type { Death, Observation, RunEnd } from '../../../model/sweep.ts';
import { type ComparedRun, lastWords } from './compared-run.ts';
import { evidenceOfDeaths, fitting } from './evidence.ts';
import { type Said, said } from './said.ts';

/** Of a run that did not come to an end, or in which a process crashed. */
export function judgeAbnormalEnd(run: ComparedRun): Said | undefined {
  const { end } = run.now;
  switch (end.kind) {
    case 'spinning':
      return said(
        'spinning',
        end.syscall === undefined
          ? 'it computes without end'
          : `${end.syscall} is repeated without end: ${end.times.toLocaleString('en-US')} times`,
        lastWords(run),
      );
    case 'hung':
    case 'deadline':
      return said('hung', hungReason(run.now, end), lastWords(run));
    default:
      return judgeDeaths(run);
  }
}

function judgeDeaths(run: ComparedRun): Said | undefined {
  const deaths = newDeaths(run.good.deaths, run.now.deaths);
  if (deaths.length === 0) return undefined;
  const evidence = fitting([evidenceOfDeaths(deaths), lastWords(run)]);
  return said('crashed', deaths.map(deathText).join(', '), evidence);
}

/** Deaths that a good run has as well are no finding: each stands for one. */
function newDeaths(good: readonly Death[], now: readonly Death[]): readonly Death[] {
  const known = good.map(deathText);
  return now.filter((death) => {
    const at = known.indexOf(deathText(death));
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}

function deathText({ program, signal }: Death): string {
  return `${program} was killed by ${signal}`;
}

function hungReason({ served }: Observation, end: Extract<RunEnd, { kind: 'hung' | 'deadline' }>): string {
  const how =
    end.kind === 'hung'
      ? `it sleeps for good: ${end.where}`
      : `it has not ended after ${(end.afterMs / 1000).toFixed(1)} s, much longer than a good run takes`;
  if (!served) return how;
  if (!served.ready) return `it was never ready: ${how}`;
  if (served.client?.passed !== true) return `its client got no answer: ${how}`;
  return `it does not end when it gets SIGTERM: ${how}`;
}
