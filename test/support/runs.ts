const factor = Number(process.env.FUZZ ?? 1);

/** How often a law is tried: so many times in a test run, and FUZZ times as often with `npm run fuzz`. */
export function runs(usual: number): number {
  return usual * factor;
}
