import { expect, it } from 'vitest';
import { NO_HANDLERS } from '../../../../../src/campaign/sweep/case-result.ts';
import { titleOf } from '../../../../../src/campaign/sweep/finding/title.ts';
import type { CaseFault, Site } from '../../../../../src/model/sweep.ts';

function titleAt(symbol: string | undefined): string {
  const frame = { file: '/usr/bin/prog', symbol, offset: 4, address: 4, source: undefined };
  const site: Site = { id: 's', program: '/usr/bin/prog', syscall: 'write', stack: [frame], handlerOf: undefined };
  const at = { task: '0', syscall: 'write', ordinal: 1, site: 's', occurrence: 1 };
  const fault: CaseFault = { ...at, way: 'once', fault: 'error=EIO' };
  const verdict = { class: 'crashed', reason: '', evidence: [], notes: [] } as const;
  return titleOf({ class: 'crashed', verdict, durationMs: 1, reached: true, handlers: NO_HANDLERS }, fault, site);
}

it.each([
  [undefined, 'prog crashes when write fails with EIO'],
  ['save', 'prog crashes when write in save() fails with EIO'],
  ['Store::save(int, void (*)(char)) const', 'prog crashes when write in Store::save() fails with EIO'],
  ['(anonymous namespace)::save(int)', 'prog crashes when write in (anonymous namespace)::save() fails with EIO'],
  ['(anonymous namespace)::save', 'prog crashes when write in (anonymous namespace)::save() fails with EIO'],
  ['Store::operator()(int)', 'prog crashes when write in Store::operator()() fails with EIO'],
])('calls a function %s by its name', (symbol, title) => {
  expect(titleAt(symbol)).toBe(title);
});
