import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parseFlags } from '../../../../src/chaos/flags.ts';
import { PHASE_KEYS } from '../../../../src/chaos/scenario/phase-form.ts';
import { ChaosConfig } from '../../../../src/chaos-full.ts';
import { TRIGGER_KINDS } from '../../../../src/model/scenario.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const docs = readFileSync(path.join(ROOT, 'docs/scenarios.md'), 'utf8');
const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');

it('every JSON example of docs/scenarios.md is a configuration', () => {
  const examples = [...docs.matchAll(/^```json\n(.*?)^```/gms)].map(([, text]) => text!);
  expect(examples).toHaveLength(3);
  for (const text of examples) expect(ChaosConfig.fromJSON(text).phases).not.toEqual([]);
});

it('the first of them is the example that is run by the tests', () => {
  const [, text] = /^```json\n(.*?)^```/ms.exec(docs)!;
  const example = readFileSync(path.join(ROOT, 'examples/scenarios/full-disk.json'), 'utf8');
  expect(JSON.parse(text!)).toEqual(JSON.parse(example));
});

it.each([
  ['docs/scenarios.md', docs, 3],
  ['README.md', readme, 1],
])('every --phase in %s is one', (_, text, count) => {
  const words = [...text.matchAll(/--phase ([a-z]+:[^ ]+=[^ ]+)/g)].map(([, word]) => word!);
  expect(words).toHaveLength(count);
  for (const word of words) expect(parseFlags([['--phase', word]]).phases).toHaveLength(1);
});

it('docs/scenarios.md has every key of a phase and every kind of trigger', () => {
  expect(PHASE_KEYS.filter((key) => !docs.includes(`\`${key}\``))).toEqual([]);
  expect(TRIGGER_KINDS.filter((kind) => !docs.includes(`{"${kind}":`))).toEqual([]);
});
