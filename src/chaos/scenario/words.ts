import type { PhaseOf, Probe, ProbeQuestion, Trigger } from '../../model/scenario.ts';
import { printDuration } from '../quantities.ts';
import { printAgeBounds, printSizeBounds } from './bounds.ts';
import { triggerWords } from './trigger-form.ts';

/** What a phase does if it sets no options: `SIGHUP to the command`. */
export function actionWords({ action, forMs, until }: PhaseOf<unknown>): string {
  switch (action?.kind) {
    case undefined:
      return '';
    case 'signal':
      return `${action.signal} to ${receiverWords(action.to)}`;
    case 'pause':
      return 'the tree stands still';
    case 'restart': {
      const stays = forMs !== undefined || until !== undefined;
      return stays ? `${action.signal}, and started again at its end` : `${action.signal}, and started again`;
    }
    case 'run':
      return `run: ${action.command}`;
  }
}

function receiverWords(to: string): string {
  if (to === '0') return 'the command';
  if (to === 'tree') return 'the whole tree';
  return /^0[.\d]*$/.test(to) ? `task ${to}` : to;
}

/** How exactly a trigger comes at the same place in another run. */
export function exactnessWords({ event, delayMs }: Trigger): string {
  if (delayMs > 0) return 'by the clock, after a delay';
  if (event.kind === 'probe') return 'by the clock: a probe';
  if (event.kind === 'phase') return 'as exact as that phase';
  return 'exact: at a call';
}

/** `GET http://localhost/ is 200; before and after, within 10s`. */
export function probeWords({ asks, check, withinMs }: Probe): string {
  const within = withinMs === undefined ? '' : `, within ${printDuration(withinMs)}`;
  return `${questionWords(asks)}; ${check.join(', ')}${within}`;
}

function questionWords(asks: ProbeQuestion): string {
  switch (asks.kind) {
    case 'command':
      return `${asks.command} exits with ${(asks.status ?? [0]).join(' or ')}${textWords('writes', asks.output)}`;
    case 'http':
      return `GET ${asks.url} is ${asks.status?.join(' or ') ?? '200 to 299'}${textWords('has', asks.body)}`;
    case 'tcp':
      return `${asks.address} accepts connections`;
    case 'file': {
      const { exists, size, ageMs, content } = asks;
      const parts = [
        exists === false ? 'is not there' : 'is there',
        ...(size ? [`size ${printSizeBounds(size)}`] : []),
        ...(ageMs ? [`age ${printAgeBounds(ageMs)}`] : []),
      ];
      return `${asks.path} ${parts.join(', ')}${textWords('has', content)}`;
    }
    case 'output':
      return `${asks.seen ? 'a line' : 'no line'} of ${asks.stream ?? 'the output'} matches /${asks.regex}/`;
  }
}

function textWords(verb: string, pattern: string | undefined): string {
  return pattern === undefined ? '' : ` and ${verb} /${pattern}/`;
}

/** How a phase ends and comes again, after its times: `until output /x/; every 1s to 3s, 3 times`. */
export function endWords({ until, everyMs, times, begin }: PhaseOf<unknown>): string[] {
  const [least, most] = everyMs ?? [0, 0];
  const every = least === most ? printDuration(least) : `${printDuration(least)} to ${printDuration(most)}`;
  const often = times === undefined ? '' : `, ${times} times`;
  return [
    ...(until ? [`until ${triggerWords(until)}`] : []),
    ...(everyMs ? [`every ${every}${often}`] : begin.kind === 'on' && times ? [`${times} times at most`] : []),
  ];
}
