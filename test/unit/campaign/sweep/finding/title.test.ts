import { expect, it } from 'vitest';
import { NO_HANDLERS } from '../../../../../src/campaign/sweep/case-result.ts';
import { titleOf } from '../../../../../src/campaign/sweep/finding/title.ts';
import type { CaseFault, Site } from '../../../../../src/model/sweep.ts';

function titleAt(symbol: string | undefined, reason = ''): string {
  const frame = { file: '/usr/bin/prog', symbol, offset: 4, address: 4, source: undefined };
  const site: Site = { id: 's', program: '/usr/bin/prog', syscall: 'write', stack: [frame], handlerOf: undefined };
  const at = { task: '0', syscall: 'write', ordinal: 1, site: 's', occurrence: 1 };
  const fault: CaseFault = { ...at, way: 'once', fault: 'error=EIO' };
  const verdict = { class: 'crashed', reason, evidence: [], notes: [] } as const;
  return titleOf({ class: 'crashed', verdict }, fault, site);
}

it.each([
  ['other was killed by SIGSEGV', 'other crashes when write fails with EIO (prog)'],
  ['prog was killed by SIGSEGV', 'prog crashes when write fails with EIO'],
])('says who has crashed: %s', (reason, title) => {
  expect(titleAt(undefined, reason)).toBe(title);
});

function titleOfScript(program: string, file: string | undefined): string {
  const frame = { file: program, symbol: 'fill_buffer', offset: 4, address: 4, source: undefined };
  const site: Site = { id: 's', program, syscall: 'read', stack: [frame], handlerOf: undefined };
  const fault: CaseFault = {
    ...{ task: '0', syscall: 'read', ordinal: 1, site: 's', occurrence: 1 },
    ...{ way: 'once', fault: 'error=EIO' },
  };
  const verdict = { class: 'corrupted', reason: '', evidence: [], notes: [] } as const;
  const result = { class: 'corrupted', verdict, durationMs: 1, reached: true, handlers: NO_HANDLERS } as const;
  return titleOf(result, fault, site, file);
}

it.each([
  ['/usr/bin/perl', 'list.csv', 'perl takes a failed read of list.csv (EIO) for a success'],
  ['/usr/bin/python3.11', undefined, 'python3.11 takes a failed read (EIO) for a success'],
  ['/usr/bin/prog', 'list.csv', 'fill_buffer() takes a failed read (EIO) for a success'],
])('names the file and not the function if %s runs a script', (program, file, title) => {
  expect(titleOfScript(program, file)).toBe(title);
});

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
