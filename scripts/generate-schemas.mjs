// npm run schemas (after a build): writes the JSON Schemas that are shipped, from the definitions that validate.
import { mkdirSync, writeFileSync } from 'node:fs';
import { chaosJsonSchema } from '../dist/chaos/schema.js';
import { exploreReportJsonSchema } from '../dist/report/explore-report-schema.js';
import { fuzzReportJsonSchema } from '../dist/report/fuzz-report-schema.js';
import { reportJsonSchema } from '../dist/report/report-schema.js';
import { sweepReportJsonSchema } from '../dist/report/sweep-report-schema.js';
import { traceJsonSchema } from '../dist/report/trace-schema.js';

const schemas = {
  'schema/chaos.json': chaosJsonSchema(),
  'schema/explore-report.schema.json': exploreReportJsonSchema(),
  'schema/fuzz-report.schema.json': fuzzReportJsonSchema(),
  'schema/report.json': reportJsonSchema(),
  'schema/sweep-report.schema.json': sweepReportJsonSchema(),
  'schema/trace.json': traceJsonSchema(),
};

mkdirSync('schema', { recursive: true });
for (const [file, schema] of Object.entries(schemas)) writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
