import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { parseSweep } from '../../../src/cli/sweep-command-line.ts';
import { sweepReportJsonSchema } from '../../../src/report/sweep-report-schema.ts';
import { toSweepReport } from '../../../src/report/to-sweep-report.ts';
import { sweepFinding, sweepResult } from '../../support/sweep-results.ts';

const committed = JSON.parse(readFileSync('schema/sweep-report.schema.json', 'utf8')) as object;
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(committed);

it('schema/sweep-report.schema.json is what the definition generates (npm run schemas)', () => {
  expect(committed).toEqual(JSON.parse(JSON.stringify(sweepReportJsonSchema())));
});

it.each([
  ['with a finding', sweepResult()],
  ['without one', sweepResult({ findings: [], cut: 'time' })],
  ['that could not write its file', sweepResult({ findings: [sweepFinding({ replay: undefined, again: undefined })] })],
])('a report %s is as the schema says', (_, result) => {
  const { request } = parseSweep(['--quick', '--errors', 'EIO', '--', 'true']);
  const report = JSON.parse(JSON.stringify(toSweepReport(result, request, '1.2.3'))) as Record<string, unknown>;
  validate(report);
  expect(validate.errors).toBeNull();
  expect(Object.keys(report).toSorted()).toEqual(
    Object.keys((committed as { properties: object }).properties).toSorted(),
  );
});
