import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FINDING_CLASSES, type SweepFinding } from '../../../src/model/sweep.ts';
import { adviceFor } from '../../../src/report/sweep-advice.ts';
import { findingText } from '../../../src/report/sweep-finding-text.ts';
import { progressText } from '../../../src/report/sweep-progress-text.ts';
import { type SweepStyle, sweepEndText } from '../../../src/report/sweep-text.ts';
import { totalsText } from '../../../src/report/sweep-totals.ts';
import { frame, sweepFinding, sweepResult } from '../../support/sweep-results.ts';

const PLAIN: SweepStyle = { color: false, columns: undefined, sources: [], files: [] };

function text(more: Partial<SweepFinding> = {}, style: Partial<SweepStyle> = {}): string {
  return findingText(sweepFinding(more), { ...PLAIN, ...style });
}

describe('a finding', () => {
  it('without lines of sources', () => {
    expect(text()).toMatchInlineSnapshot(`
      "corrupted  zip takes a failed read for the end of the file                 finding 5d1f03ab · 3 of 3
        --> /usr/bin/zip+0xa4c2
      fault  read #13 fails with EIO (Input/output error)
       then  unlink("notes.txt") = 0, exit status 0
        why  it exits with 0, and its files are not those of a good run
      proof  backup.zip: 158 bytes, a good run 1702
             notes.txt: gone
       also  read EISDIR at zip+0xa4c2
       help  an error of read is no end of file: tell -1 from 0, ask ferror after getc
      again  renacer replay /home/me/.local/state/renacer/findings/5d1f03ab.jsonl
      "
    `);
  });

  it('with the line of the source, and who calls it', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'renacer-test-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    writeFileSync(path.join(directory, 'save.c'), 'void save(int fd) {\n\twrite(fd, buf, n);\n}\n');
    const stack = [
      frame('/lib/libc.so.6', '__write', 0xf7d40),
      frame('/usr/bin/out', 'save', 0x1190, 'src/save.c:2'),
      frame('/usr/bin/out', 'main', 0x1230, 'src/main.c:21'),
    ];
    const more = { stack, syscall: 'write', error: 'ENOSPC', way: 'persistent', program: '/usr/bin/out' } as const;
    expect(text(more, { sources: [directory] })).toMatchInlineSnapshot(`
      "corrupted  zip takes a failed read for the end of the file                 finding 5d1f03ab · 3 of 3
        --> src/save.c:2 in save; called by main (src/main.c:21)
        |
      2 |     write(fd, buf, n);
        |     ^^^^^ write #13 fails with ENOSPC (No space left on device), and all after it
       then  unlink("notes.txt") = 0, exit status 0
        why  it exits with 0, and its files are not those of a good run
      proof  backup.zip: 158 bytes, a good run 1702
             notes.txt: gone
       also  read EISDIR at zip+0xa4c2
       help  check write, and fflush and fclose: many errors come only there
      again  renacer replay /home/me/.local/state/renacer/findings/5d1f03ab.jsonl
      "
    `);
  });

  it('that was not shown each time is flaky', () => {
    expect(text({ confirmed: { tried: 3, shown: 2 } }).split('\n')[0]).toMatch(/finding 5d1f03ab · 2 of 3: flaky$/);
  });

  it.each([40, 60, 80, 120])('fits into %i columns, but for what is to be pasted', (columns) => {
    const lines = text({ reaction: ['x'.repeat(200)], also: ['y'.repeat(200)] }, { columns }).split('\n');
    const cut = lines.filter((line) => line.startsWith(' then') || line.startsWith(' also'));
    expect(cut.map((line) => [...line].length)).toEqual([columns, columns]);
    expect(lines.at(-2)).toMatch(/findings\/5d1f03ab\.jsonl$/);
  });

  it('has at most 12 lines, whatever there is to say', () => {
    const much = Array.from({ length: 40 }, (_, index) => `line ${index}`);
    const lines = text({ verdict: { ...sweepFinding().verdict, evidence: much }, reaction: much, also: much }).split(
      '\n',
    );
    expect(lines).toHaveLength(12 + 1);
    expect(lines.join('\n')).toContain('and 37 more lines');
  });

  it('shows of a diff that is too long what there was and what there is', () => {
    const evidence = ['stdout', '   same', '  -one', '  -two', '  -three', '  +ONE', '  +TWO', '   same'];
    const told = text({ verdict: { ...sweepFinding().verdict, evidence } });
    expect(told).toContain('proof  stdout\n         -one\n         +ONE\n       and 5 more lines\n');
  });

  it('shows what a program wrote, and does not do what it says', () => {
    expect(text({ verdict: { ...sweepFinding().verdict, evidence: ['\x1b[2J\x07\r'] } })).toContain('\\x1b[2J\\x07\\r');
  });

  it('names the program where the code is that of others', () => {
    const stack = [frame('/lib/libpython3.11.so.1.0', 'os_read', 0x10)];
    expect(text({ stack, program: '/usr/bin/python3' })).toContain('libpython3.11.so.1.0 (in python3)');
  });
});

it('advice is one line, for each class and call', () => {
  const calls = ['read', 'write', 'openat', 'close', 'clone3', 'mmap', 'getdents64', 'wait4', 'rename', 'x'];
  for (const kind of FINDING_CLASSES) {
    for (const syscall of calls) {
      for (const way of ['once', 'short', 'persistent', 'kill'] as const) {
        const advice = adviceFor({ class: kind, syscall, way, error: 'EIO' });
        expect(advice.length).toBeGreaterThan(0);
        expect(`${advice}`.length).toBeLessThanOrEqual(80 - 7);
      }
    }
  }
});

describe('the end', () => {
  it('is a few lines', () => {
    expect(totalsText(sweepResult(), { ...PLAIN, files: ['report sweep.json'] })).toMatchInlineSnapshot(`
      "sweep      69 of 71 sites and 12 of handlers, 471 cases, 1,412 runs in 2.31 s, 930 cases/s
      ended      24 tolerated, 430 graceful, 17 corrupted · 1 finding
      not tried  sites: 2 (not reached again)
      leftovers  temporary file ziXXXXXX (31 cases)
      note       stands still: the clock
      written    report sweep.json
      "
    `);
  });

  it('of a sweep that found nothing', () => {
    const classes = { ...sweepResult().classes, corrupted: 0 };
    const result = sweepResult({ findings: [], classes, leftovers: [], notTried: [], notes: [], cut: 'interrupted' });
    expect(totalsText(result, PLAIN)).toMatchInlineSnapshot(`
      "sweep      69 of 71 sites and 12 of handlers, 471 cases, 1,412 runs in 2.31 s, 930 cases/s, interrupted
      ended      24 tolerated, 430 graceful · no findings
      "
    `);
  });

  it.each([
    [[{ class: 'silent' }], '1 finding, silent'],
    [[{ class: 'silent' }, { confirmed: { tried: 3, shown: 2 } }], '2 findings, all silent or flaky'],
    [[{ confirmed: { tried: 3, shown: 1 } }, { confirmed: { tried: 3, shown: 2 } }], '2 findings, all flaky'],
    [[{ class: 'silent' }, {}], '2 findings'],
  ] as const)('says what findings are less than they seem: %j', (all, expected) => {
    const findings = all.map((more) => sweepFinding(more));
    expect(totalsText(sweepResult({ findings }), PLAIN)).toMatch(new RegExp(`· ${expected}$`, 'm'));
  });

  it('counts what it does not list', () => {
    const notes = Array.from({ length: 9 }, (_, index) => `note ${index}`);
    expect(totalsText(sweepResult({ notes }), PLAIN)).toContain('and 6 more');
  });
});

it('what is silent is listed behind the others, in short', () => {
  const silent = sweepFinding({ class: 'silent', id: '77', syscall: 'openat', error: 'EMFILE' });
  const lines = sweepEndText(sweepResult({ findings: [sweepFinding(), silent] }), PLAIN).split('\n');
  const at = lines.findIndex((line) => line.startsWith('silent'));
  expect(lines.slice(at, at + 3)).toMatchInlineSnapshot(`
    [
      "silent  77  openat #13 fails with EMFILE (Too many open files): /usr/bin/zip+0xa4c2, which calls read",
      "",
      "sweep      69 of 71 sites and 12 of handlers, 471 cases, 1,412 runs in 2.31 s, 930 cases/s",
    ]
  `);
});

it('colours are only colours', () => {
  const result = sweepResult();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes of colours
  const plainly = (text: string): string => text.replaceAll(/\x1b\[\d+m/g, '');
  expect(plainly(sweepEndText(result, { ...PLAIN, color: true }))).toBe(sweepEndText(result, PLAIN));
  expect(plainly(findingText(sweepFinding(), { ...PLAIN, color: true }))).toBe(text());
});

describe('progress', () => {
  const progress = { done: 214, known: 471, findings: 1, casesPerSecond: 930.2, secondsLeft: 2.2, stage: 'cases' };

  it.each([
    [{}, '214/471  1 finding  930/s  3 s left'],
    [{ findings: 0, casesPerSecond: 9.26, secondsLeft: 300 }, '214/471  0 findings  9.3/s  5 min left'],
    [{ secondsLeft: undefined, casesPerSecond: 0 }, '214/471  1 finding'],
    [{ stage: 'clean runs', done: 2, known: 3, findings: 0 }, 'clean runs  2/3'],
    [{ stage: 'confirming', done: 0, known: 2, findings: 0 }, 'confirming  0/2'],
  ])('%j', (more, expected) => expect(progressText({ ...progress, ...more })).toBe(expected));
});
