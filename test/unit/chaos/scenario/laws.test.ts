import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkConfig } from '../../../../src/chaos/config-file.ts';
import { toFileForm } from '../../../../src/chaos/file-form.ts';
import { joinText, splitText } from '../../../../src/chaos/scenario/fields.ts';
import { chaosSchemas } from '../../../../src/chaos/schema.ts';
import { arbitrarySettings } from '../../../support/arbitrary-settings.ts';
import { runs } from '../../../support/runs.ts';

const scenarios = arbitrarySettings.filter(({ phases, steadyState, abortOn }) => !!(phases || steadyState || abortOn));

/** The same object with the keys of all objects in it the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, turned(inner)]),
  );
}

it('the order of keys is nothing', () => {
  fc.assert(
    fc.property(scenarios, (settings) => {
      const form = toFileForm(settings);
      expect(checkConfig(turned(form))).toEqual(checkConfig(form));
    }),
    { numRuns: runs(60) },
  );
});

it('the schema accepts what the parser accepts', () => {
  fc.assert(
    fc.property(scenarios, (settings) => {
      expect(chaosSchemas().file.safeParse(toFileForm(settings)).success).toBe(true);
    }),
    { numRuns: runs(60) },
  );
});

it('any fields are cut where they were joined', () => {
  const syntax = { separator: ':', key: /^[a-z]+(?:[=:]|$)/ } as const;
  const rest = fc.array(fc.constantFrom('\\', ':', 'a', 'b=', '=', '1', 'for=', ' '), { maxLength: 8 });
  const field = rest.map((parts) => `k=${parts.join('')}`);
  fc.assert(
    fc.property(fc.array(field, { minLength: 1, maxLength: 4 }), (fields) => {
      expect(splitText(joinText(fields, syntax), syntax)).toEqual(fields);
    }),
    { numRuns: runs(500) },
  );
});
