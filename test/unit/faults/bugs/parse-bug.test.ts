import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BUGS } from '../../../../src/faults/bugs/index.ts';
import { parseBug } from '../../../../src/faults/bugs/parse-bug.ts';
import { printInject } from '../../../../src/faults/inject-grammar.ts';
import { parseSyscallSet } from '../../../../src/syscalls/select.ts';

const textOf = (bug: string): string => printInject(parseBug(bug).rule);

const words = (text: string): string => text.toLowerCase().replace(/\s+/g, ' ');
const docs = words(readFileSync(new URL('../../../../docs/faults.md', import.meta.url), 'utf8'));

describe('the rule of a simulated bug', () => {
  it.each(BUGS)('$name: stands in docs/faults.md, with its rule and what it is modelled on', (bug) => {
    const { name, summary, modelledOn, rule, chooses } = bug;
    expect(docs).toContain(words(`### ${name} ${summary}. modelled on ${modelledOn}.`));
    if (name !== 'eintr-storm') expect(docs).toContain(words(`-e inject=${rule}:${chooses}`));
  });

  it.each(BUGS)('$name: is a rule of system calls that exist', ({ name }) => {
    expect(parseSyscallSet(parseBug(name).rule.selector.syscalls).numbers().length).toBeGreaterThan(0);
  });

  it.each([
    ['short-getrandom', 'getrandom:short=0.5:prob=0.5'],
    ['short-getrandom:prob=1', 'getrandom:short=0.5:prob=1'],
    ['short-getrandom:when=3+', 'getrandom:short=0.5:when=3+'],
    ['close-fails:fd=3:times=1', 'close:quirk=late-write-error:fd=3:times=1'],
    ['fsync-lies:path=/a\\:b', 'fsync,fdatasync:quirk=lost-writeback:path=/a\\:b:count=tree:when=1'],
    ['out-of-memory:count=task', 'mmap,brk,mremap:quirk=no-memory:when=100+'],
    ['clock-stands:clock=all', 'clock_gettime,gettimeofday,time:quirk=clock-stands,all:when=3+'],
    ['clock-jumps-back:by=2s', 'clock_gettime,gettimeofday,time:quirk=clock-back,2s,wall:when=3+'],
    ['clock-jumps:by=-1d', 'clock_gettime,gettimeofday,time:quirk=clock-jump,-1d,wall:when=3+'],
    [
      'clock-jumps:to=2038-01-19T03:14:07Z:when=1+',
      'clock_gettime,gettimeofday,time:quirk=clock-jump,2038-01-19T03\\:14\\:07Z,wall:when=1+',
    ],
    ['clock-jumps-back:to=1999-12-31', 'clock_gettime,gettimeofday,time:quirk=clock-back,1999-12-31,wall:when=3+'],
    ['accept-aborted:arg1==4', 'accept,accept4:error=ECONNABORTED:arg1==0x4:prob=0.3'],
  ])('%s', (bug, rule) => expect(textOf(bug)).toBe(rule));

  it.each([
    ['', 'UNKNOWN_BUG', 'there is no simulated bug ""'],
    ['clock-stand', 'UNKNOWN_BUG', 'there is no simulated bug "clock-stand" (did you mean "clock-stands"?)'],
    ['close-fails:error=EIO', 'BAD_BUG', 'invalid bug "close-fails:error=EIO"'],
    ['close-fails:prob=2', 'BAD_BUG', 'invalid bug "close-fails:prob=2"'],
    ['clock-stands:clock=moon', 'BAD_BUG', 'invalid bug "clock-stands:clock=moon"'],
    ['clock-jumps-back:by=', 'BAD_BUG', 'invalid bug "clock-jumps-back:by="'],
    ['clock-jumps:to=yesterday', 'BAD_BUG', 'invalid bug "clock-jumps:to=yesterday"'],
    ['clock-jumps:by=1d:to=1999-12-31', 'BAD_BUG', 'invalid bug "clock-jumps:by=1d:to=1999-12-31"'],
    ['clock-jumps:to=1999-12-31:clock=all', 'BAD_BUG', 'invalid bug "clock-jumps:to=1999-12-31:clock=all"'],
    ['close-fails:when=1:when=2:path=a:path=b', 'BAD_BUG', 'invalid bug "close-fails:when=1:when=2:path=a:path=b"'],
  ])('%s is refused', (bug, code, message) => {
    expect(() => parseBug(bug)).toThrow(expect.objectContaining({ code, message }));
  });
});
