import type { ChaosSettings } from '../settings.ts';

/** Whether the command may be started more than once. */
export function mayRestart({ phases = [] }: ChaosSettings): boolean {
  return phases.some(({ action }) => action?.kind === 'restart');
}
