import type { CampaignProgress } from '../model/campaign.ts';

/** How far a sweep is, in one line: `214/471  1 finding  930/s  3 s left`. */
export function progressText({ stage, done, known, findings, casesPerSecond, secondsLeft }: CampaignProgress): string {
  const found = `${findings} finding${findings === 1 ? '' : 's'}`;
  if (stage !== 'cases') return [stage, `${done}/${known}`, ...(findings > 0 ? [found] : [])].join('  ');
  const rate = casesPerSecond > 0 ? [`${rateText(casesPerSecond)}/s`] : [];
  const left = secondsLeft === undefined ? [] : [`${leftText(secondsLeft)} left`];
  return [`${done}/${known}`, found, ...rate, ...left].join('  ');
}

/** `930`, `9.3`. */
export function rateText(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}

function leftText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
