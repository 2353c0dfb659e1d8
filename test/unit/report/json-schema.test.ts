import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { reportJsonSchema } from '../../../src/report/report-schema.ts';

it('schema/report.json is what the definition generates (npm run schemas)', () => {
  const committed: unknown = JSON.parse(readFileSync('schema/report.json', 'utf8'));
  expect(committed).toEqual(JSON.parse(JSON.stringify(reportJsonSchema())));
});
