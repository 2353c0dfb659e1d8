import type { Bug } from './bug.ts';

export const shortGetrandom: Bug = {
  name: 'short-getrandom',
  summary: 'getrandom gives half of what was asked for',
  modelledOn: 'GRND_RANDOM before Linux 5.6, which gave what the pool had; getrandom(2), NOTES',
  rule: 'getrandom:short=0.5',
  chooses: 'prob=0.5',
};
