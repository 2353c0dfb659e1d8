// node scripts/sweep-both-ways.mjs [--most N] [--rounds N] [CASE...] (after npm run build): runs of the known commands (test/sweep-cases) both whole and from a
// checkpoint: whether the verdicts are the same, and the CPU time of each. Exits with 1 if a verdict differs.
import { mkdtempSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bothWays } from '../test/sweep-cases/both-ways.mjs';
import { CASES, requestOf } from '../test/sweep-cases/cases.mjs';

const { values, positionals } = parseArgs({
  options: { most: { type: 'string', default: '100' }, rounds: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const [most, rounds] = [Number(values.most), Number(values.rounds)];

for (const of of CASES.filter(({ id, ready }) => !ready && (positionals.length === 0 || positionals.includes(id)))) {
  const directory = mkdtempSync('/var/tmp/renacer-both-');
  try {
    const { verdicts, sums, runs, standing } = await bothWays(
      { ...requestOf(of, directory), jobs: 1 },
      { most, rounds },
    );
    const others = verdicts.filter(({ whole, forked }) => whole.class !== forked.class);
    const [whole, forked] = [sums.whole / runs, sums.forked / runs];
    const figures = `whole ${whole.toFixed(2)} ms, forked ${forked.toFixed(2)} ms, ratio ${(whole / forked).toFixed(2)}, ${standing} at a checkpoint`;
    console.log(`${of.id.padEnd(24)} ${verdicts.length - others.length} of ${verdicts.length} the same   ${figures}`);
    for (const { of: one, whole: a, forked: b } of others) {
      console.log(
        `    ${JSON.stringify(one.faults[0])}\n    whole: ${a.class}: ${a.reason}\n    forked: ${b.class}: ${b.reason}`,
      );
      process.exitCode = 1;
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
