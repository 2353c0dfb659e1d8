import type { Observation } from '../../../../model/sweep.ts';

/** What a run has left, fact by fact. Times of files are none: they pass from run to run. */
function factsOf(run: Observation): Map<string, string> {
  const { end, stdout, stderr, deaths, leftRunning, verify, verifyAlways } = run;
  const checks = [verify?.status, verifyAlways?.status];
  const whole = { end, stdout: stdout.digest, stderr: stderr.digest, deaths, leftRunning, checks };
  const facts = new Map(Object.entries(whole).map(([name, fact]) => [name, JSON.stringify(fact)]));
  for (const { path, after, grown } of [...run.changes, ...run.changesOutside]) {
    const { mtimeMs: _, ...state } = after ?? {};
    facts.set(`change of ${path}`, JSON.stringify([state, grown ?? false]));
  }
  return facts;
}

/** Whether a run came to the results of two others, as far as these agree. */
export function isSameResult(one: Observation, other: Observation, tried: Observation): boolean {
  const [facts, others, ours] = [factsOf(one), factsOf(other), factsOf(tried)];
  const isSame = [...facts].every(([name, fact]) => others.get(name) !== fact || ours.get(name) === fact);
  return isSame && [...ours.keys()].every((name) => facts.has(name) || others.has(name));
}
