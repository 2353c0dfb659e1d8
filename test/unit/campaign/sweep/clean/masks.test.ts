import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { learnMasks, maskOf, masksInWords, stableTexts } from '../../../../../src/campaign/sweep/clean/masks.ts';
import { templateOf } from '../../../../../src/campaign/sweep/clean/template.ts';
import { learnTextMask, maskText } from '../../../../../src/campaign/sweep/clean/text-mask.ts';
import { learnTreeMask, maskChanges } from '../../../../../src/campaign/sweep/clean/tree-mask.ts';
import { observation, output, written } from '../../../../support/observations.ts';

describe('what texts have in common', () => {
  it.each([
    [['took 12 ms', 'took 9 ms'], 'took * ms'],
    [['12:03:44.5', '12:03:45.1'], '12:03:*.*'],
    [['at 0x7f01', 'at 0x7e92'], 'at 0x7*'],
    [['commit a3f9e1', 'commit 00beef'], 'commit *'],
    [['/tmp/sedAbC123', '/tmp/sedxYz987'], '/tmp/sed*'],
    [['   9 kB', '  12 kB'], '** kB'],
    [['pid 4711', 'pid 4712'], 'pid *'],
  ])('is %j: %s', (texts, masked) => {
    expect(templateOf(texts)?.masked).toBe(masked);
  });

  it.each([[['apple pie', 'pear pie']], [['a b', 'a b c']], [['yes', 'no']]])('is nothing to mask: %j', (texts) => {
    expect(templateOf(texts)).toBeUndefined();
  });
});

describe('the mask of a text', () => {
  it('takes out what differs of a line, and of lines like it, and nothing else', () => {
    const mask = learnTextMask(['read 3 files\ntook 12 ms\n', 'read 3 files\ntook 9 ms\n'])!;
    expect(maskText('read 2 files\ntook 777 ms\n', mask)).toBe('read 2 files\ntook * ms\n');
    expect(maskText('took too long\n', mask)).toBe('took too long\n');
  });

  it('puts lines in order that come in any', () => {
    const mask = learnTextMask(['a\nb\nc\n', 'c\na\nb\n'])!;
    expect(maskText('b\na\nc\n', mask)).toBe(maskText('a\nb\nc\n', mask));
    expect(maskText('b\na\n', mask)).not.toBe(maskText('a\nb\nc\n', mask));
  });

  it('is not there for texts that say other things', () => {
    expect(learnTextMask(['apple\n', 'pear\n'])).toBeUndefined();
    expect(learnTextMask(['a\n', 'a\nb\n'])).toBeUndefined();
  });

  it('makes the texts that it was learnt from the same, and changes nothing a second time', () => {
    const line = fc.oneof(
      fc.constantFrom('ok', 'read 3 files'),
      fc.tuple(fc.constantFrom('took ', 'pid '), fc.nat(99999)).map(([word, value]) => `${word}${value} ms`),
    );
    fc.assert(
      fc.property(fc.array(fc.array(line, { maxLength: 4 }), { minLength: 2, maxLength: 3 }), (rows) => {
        const texts = rows.map((row) => row.join('\n'));
        const mask = learnTextMask(texts);
        if (mask === undefined) return;
        const masked = texts.map((text) => maskText(text, mask));
        expect(new Set(masked).size).toBe(1);
        expect(maskText(masked[0]!, mask)).toBe(masked[0]);
      }),
    );
  });
});

describe('the mask of changed files', () => {
  it('knows names that differ each time, and does not look at what is in those files', () => {
    const mask = learnTreeMask([
      [written('out', 'same'), written('tmp.AbC123', 'one')],
      [written('out', 'same'), written('tmp.x9Z8y7', 'two')],
    ])!;
    const masked = maskChanges([written('tmp.qqqqqq', 'three'), written('out', 'other')], mask);
    expect(masked.map(({ path, after }) => [path, after!.digest])).toEqual([
      ['out', 'other'],
      ['tmp.*', ''],
    ]);
    expect(maskChanges(masked, mask)).toEqual(masked);
  });

  it('numbers files of one pattern, by what is in them', () => {
    const runs = [
      [written('t/aaa111', 'one'), written('t/bbb222', 'two')],
      [written('t/zzz999', 'one'), written('t/ccc333', 'two')],
    ];
    const mask = learnTreeMask(runs)!;
    const [first, second] = runs.map((changes) =>
      maskChanges(changes, mask).map(({ path, after }) => [path, after!.digest]),
    );
    expect(first).toEqual([
      ['t/*', 'one'],
      ['t/* (2)', 'two'],
    ]);
    expect(second).toEqual(first);
  });

  it('leaves out what of a file differs each time, but not that it is there', () => {
    const mask = learnTreeMask([[written('db', 'one', { mtimeMs: 1 })], [written('db', 'two', { mtimeMs: 2 })]])!;
    const [a, b] = ['six', 'ten'].map((digest) => maskChanges([written('db', digest)], mask));
    expect(a).toEqual(b);
    expect(maskChanges([], mask)).toEqual([]);
    expect(maskChanges([written('db', 'x', { mode: 0o600 })], mask)).not.toEqual(a);
  });

  it('is not there if other files are changed each time', () => {
    expect(learnTreeMask([[written('a')], [written('a'), written('b')]])).toBeUndefined();
    expect(learnTreeMask([[written('apple')], [written('pear')]])).toBeUndefined();
    expect(learnTreeMask([[written('a')], [{ path: 'a', before: undefined, after: undefined }]])).toBeUndefined();
  });
});

describe('masks', () => {
  const runs = [1, 2, 3].map((run) =>
    observation({ stdout: output(`pid ${40 + run}`), stderr: output('x'.repeat(run)) }),
  );

  it('are learnt of each text by itself, and said in words', () => {
    const masks = learnMasks(runs);
    expect(stableTexts(masks)).toEqual(['stdout', 'client']);
    expect(maskOf(masks).text('stdout', 'pid 99')).toBe('pid *');
    expect(maskOf(masks).text('stderr', 'anything')).toBe('anything');
    expect(masksInWords(masks)).toEqual([
      'stdout differs between good runs: "pid *"',
      'stderr differs between good runs, and is not compared',
    ]);
  });

  it('are none, and nothing is said, where runs are the same', () => {
    const masks = learnMasks([observation(), observation({ changes: [] })]);
    expect(masksInWords(masks)).toEqual([]);
  });
});
