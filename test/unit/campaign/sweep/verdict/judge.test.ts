import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mask } from '../../../../../src/campaign/sweep/clean-results.ts';
import { type JudgeOptions, judgeOf } from '../../../../../src/campaign/sweep/verdict/judge.ts';
import { type JudgedCase, judgedCase } from '../../../../../src/campaign/sweep/verdict/judged-case.ts';
import type { CaseFault, Observation, Served, StruckProcess, SweepVerdict } from '../../../../../src/model/sweep.ts';
import { changed, check, clean, exited, file, NO_MASK, observed, output } from './observations.ts';

const DEFAULT: JudgeOptions = { compare: ['stdout', 'files'], protect: undefined };
const ONCE: JudgedCase = { kills: false, lasts: false, mutes: false };

interface Situation {
  readonly good?: Partial<Observation>;
  readonly now: Partial<Observation>;
  readonly options?: Partial<JudgeOptions>;
  readonly judged?: Partial<JudgedCase>;
  readonly mask?: Mask;
}

function judged({ good, now, options, judged, mask }: Situation): SweepVerdict {
  return judgeOf(clean(good, mask), { ...DEFAULT, ...options })(observed(now), { ...ONCE, ...judged });
}

function served(parts: Partial<Served> = {}): Served {
  return { ready: true, client: check(0, 'hello'), again: undefined, endedEarly: false, ...parts };
}

const said = output('prog: write error: No space left on device\n');

const SORT: StruckProcess = { program: '/usr/bin/sort', isRoot: false, status: 2 };

/** What happened, what the judge calls it, and how its reason begins or what it has in it. */
const SITUATIONS: Record<string, readonly [Situation, SweepVerdict['class'], RegExp]> = {
  'nothing is other than in a good run': [{ now: {} }, 'tolerated', /^exit status 0/],
  'it complains, and goes on rightly': [{ now: { stderr: said } }, 'tolerated', /results of a good run/],
  'it fails with a message': [{ now: { end: exited(1), stderr: said } }, 'graceful', /^exit status 1, with a message/],
  'part of its output came before it failed': [
    { good: { stdout: output('a\nb\nc\n') }, now: { end: exited(1), stdout: output('a\n'), stderr: said } },
    'graceful',
    /with a message/,
  ],
  'it tells on stdout why it fails': [
    { now: { end: exited(1), stdout: output('FAILED open or read\n') } },
    'graceful',
    /message/,
  ],
  'it tells in its log why it fails': [
    { now: { end: exited(1), changes: [changed('e.log', 'old\n', 'old\n[emerg] no memory\n')] } },
    'graceful',
    /message/,
  ],
  'a new file is left half-written by a failure': [
    {
      good: { changes: [changed('f.gz', undefined, 'packed')] },
      now: { end: exited(1), stderr: said, changes: [changed('f.gz', undefined, 'pa')] },
    },
    'graceful',
    /message/,
  ],
  'a file was appended to in part': [
    {
      good: { changes: [changed('journal', 'a\n', 'a\nb\nc\n')] },
      now: { end: exited(1), stderr: said, changes: [changed('journal', 'a\n', 'a\nb\n')] },
    },
    'graceful',
    /message/,
  ],
  'of what it was to remove, a part is gone': [
    {
      good: { changes: [changed('src/a', 'a', undefined), changed('src/b', 'b', undefined)] },
      now: { end: exited(1), stderr: said, changes: [changed('src/b', 'b', undefined)] },
    },
    'graceful',
    /message/,
  ],
  'only times of a file are others': [
    {
      now: {
        end: exited(1),
        stderr: said,
        changes: [{ path: 'f', before: file('x'), after: { ...file('x'), mtimeMs: 5 } }],
      },
    },
    'graceful',
    /message/,
  ],
  'it ends by SIGPIPE when nobody reads': [
    { now: { end: { kind: 'signalled', signal: 'SIGPIPE' } } },
    'graceful',
    /nobody reads/,
  ],
  'its shell passes SIGPIPE on': [{ now: { end: exited(141) } }, 'graceful', /nobody reads/],
  'the fault keeps it from speaking': [
    { now: { end: exited(1) }, judged: { mutes: true } },
    'graceful',
    /kept it from saying/,
  ],
  'it fails without a word': [{ now: { end: exited(3) } }, 'silent', /^exit status 3, without a word/],
  'it fails after a part of its output, without a word': [
    { good: { stdout: output('a\nb\n') }, now: { end: exited(1), stdout: output('a\n') } },
    'silent',
    /without a word/,
  ],
  'what it says is what it always says': [
    { good: { stderr: output('hello\n') }, now: { end: exited(1), stderr: output('hello\n') } },
    'silent',
    /without a word/,
  ],
  'stdout is another': [
    { good: { stdout: output('1\n') }, now: { stdout: output('2\n') } },
    'corrupted',
    /stdout differs/,
  ],
  'it complains on stdout, and goes on rightly': [
    {
      good: { stdout: output('patching file f\n') },
      now: { stdout: output('File f is read-only; trying to patch anyway\npatching file f\n') },
    },
    'tolerated',
    /./,
  ],
  'its columns are laid out in another way': [
    { good: { stdout: output(' 400 f\n  30 g\n') }, now: { stdout: output('400 f\n30 g\n') } },
    'tolerated',
    /./,
  ],
  'a word is gone': [
    { good: { stdout: output('400 f\n30 g\n') }, now: { stdout: output('400f\n30 g\n') } },
    'corrupted',
    /stdout differs/,
  ],
  'an empty line is gone': [
    { good: { stdout: output('a\n\nb\n') }, now: { stdout: output('a\nb\n') } },
    'corrupted',
    /stdout differs/,
  ],
  'it writes more than usual, and that is no complaint': [
    { good: { stdout: output('1\n') }, now: { stdout: output('0\n1\n') } },
    'corrupted',
    /stdout differs/,
  ],
  'it complains on stdout in place of a result': [
    { good: { stdout: output('1\n2\n') }, now: { stdout: output('1\nread error\n') } },
    'corrupted',
    /stdout differs/,
  ],
  'stdout is short, with a message': [
    { good: { stdout: output('1\n') }, now: { stderr: said } },
    'corrupted',
    /^exit status 0, but stdout differs/,
  ],
  'stdout is another behind what is kept of it': [
    {
      good: { stdout: { ...output('same'), length: 9e6, digest: 'one' } },
      now: { stdout: { ...output('same'), length: 9e6, digest: 'other' } },
    },
    'corrupted',
    /stdout differs/,
  ],
  'stderr is another, and nobody compares it': [{ good: { stderr: output('1\n') }, now: {} }, 'tolerated', /./],
  'stderr is another, and is compared': [
    { good: { stderr: output('1\n') }, now: {}, options: { compare: ['stderr'] } },
    'corrupted',
    /stderr differs/,
  ],
  'a file has other bytes': [
    { good: { changes: [changed('out', undefined, 'rows')] }, now: { changes: [changed('out', undefined, '')] } },
    'corrupted',
    /out differs from a good run's: 0 bytes instead of 4 bytes/,
  ],
  'a file was not changed': [
    { good: { changes: [changed('out', 'old', 'new')] }, now: {} },
    'corrupted',
    /out is as before, and not as after a good run/,
  ],
  'a file has as many other bytes': [
    { good: { changes: [changed('out', 'old', 'new')] }, now: { changes: [changed('out', 'old', 'odd')] } },
    'corrupted',
    /other bytes, as many/,
  ],
  'a file is missing': [
    { good: { changes: [changed('out', undefined, 'rows')] }, now: {} },
    'corrupted',
    /out is missing/,
  ],
  'a file in /tmp is missing': [
    { good: { changesOutside: [changed('/tmp/out', undefined, 'rows')] }, now: {} },
    'corrupted',
    /\/tmp\/out is missing/,
  ],
  'a file that it was to remove is there': [
    { good: { changes: [changed('src', 'x', undefined)] }, now: {} },
    'corrupted',
    /src is still there/,
  ],
  'a file has another mode': [
    {
      good: { changes: [{ path: 'key', before: undefined, after: file('k', 0o600) }] },
      now: { changes: [changed('key', undefined, 'k')] },
    },
    'corrupted',
    /the mode of key/,
  ],
  'a file lacks an ACL': [
    {
      good: {
        changes: [{ path: 'key', before: undefined, after: { ...file('k'), xattrs: 'system.posix_acl_access=02' } }],
      },
      now: { changes: [changed('key', undefined, 'k')] },
    },
    'corrupted',
    /the extended attributes of key/,
  ],
  'a time of a file is another, and nobody compares times': [
    {
      good: { changes: [changed('f', undefined, 'x')] },
      now: { changes: [{ path: 'f', before: undefined, after: { ...file('x'), mtimeMs: 7 } }] },
    },
    'tolerated',
    /./,
  ],
  'a time of a file is another, and times are compared': [
    {
      good: { changes: [changed('f', undefined, 'x')] },
      now: { changes: [{ path: 'f', before: undefined, after: { ...file('x'), mtimeMs: 7 } }] },
      options: { compare: ['files', 'times'] },
    },
    'corrupted',
    /the time of f/,
  ],
  'a time of a file is another, and only times are compared': [
    {
      good: { changes: [changed('f', undefined, 'x'), changed('g', undefined, 'x')] },
      now: { changes: [{ path: 'f', before: undefined, after: { ...file('y'), mtimeMs: 7 } }] },
      options: { compare: ['times'] },
    },
    'corrupted',
    /the time of f differs from a good run's$/,
  ],
  'a cache could not be written': [
    { good: { changes: [changed('__pycache__/m.cpython-311.pyc', undefined, 'code')] }, now: {} },
    'tolerated',
    /./,
  ],
  'a log tells of the fault': [
    { good: { changes: [changed('run.log', '', 'ok\n')] }, now: { changes: [changed('run.log', '', 'EIO\nok\n')] } },
    'tolerated',
    /./,
  ],
  'a temporary file is left': [{ now: { changes: [changed('f.tmp', undefined, 'x')] } }, 'tolerated', /./],
  'a child says why it fails, and its parent is not told to mind': [
    { good: { stdout: output('1\n') }, now: { stderr: said, struck: [SORT] } },
    'graceful',
    /^exit status 0, but \/usr\/bin\/sort has failed and said so/,
  ],
  'a child can not execute its command, and its status says so': [
    { good: { stdout: output('1\n') }, now: { struck: [{ ...SORT, status: 126 }] } },
    'graceful',
    /has failed and said so/,
  ],
  'a child dies of SIGPIPE, and its parent does not mind': [
    { good: { stdout: output('1\n') }, now: { struck: [{ ...SORT, status: undefined }] } },
    'graceful',
    /has failed and said so/,
  ],
  'a child fails without a word, and its parent does not mind': [
    { good: { stdout: output('1\n') }, now: { struck: [SORT] } },
    'corrupted',
    /stdout differs/,
  ],
  'a child complains, and ends as if all were well': [
    { good: { stdout: output('1\n') }, now: { stderr: said, struck: [{ ...SORT, status: 0 }] } },
    'corrupted',
    /stdout differs/,
  ],
  'a child says why it fails, and another one bears the same fault': [
    {
      good: { stdout: output('1\n') },
      now: {
        stderr: said,
        struck: [
          { ...SORT, status: 0 },
          { ...SORT, program: '/bin/sh', status: 127 },
        ],
      },
    },
    'graceful',
    /\/bin\/sh has failed and said so/,
  ],
  'a child says why it fails, and the command met the fault, too': [
    {
      good: { stdout: output('1\n') },
      now: { stderr: said, struck: [SORT, { ...SORT, program: '/bin/sh', isRoot: true, status: 0 }] },
    },
    'corrupted',
    /stdout differs/,
  ],
  'a rotation has given a file its next name, and no new one has come in its place': [
    {
      good: { changes: [changed('log.1', 'older', 'newer'), changed('log.2', undefined, 'older')] },
      now: {
        end: exited(1),
        stderr: said,
        changes: [changed('log.1', 'older', undefined), changed('log.2', undefined, 'older')],
      },
    },
    'graceful',
    /message/,
  ],
  'a file that has another name now must survive by its own': [
    {
      good: { changes: [changed('log.1', 'older', 'newer'), changed('log.2', undefined, 'older')] },
      now: {
        end: exited(1),
        stderr: said,
        changes: [changed('log.1', 'older', undefined), changed('log.2', undefined, 'older')],
      },
      options: { protect: ['log.1'] },
    },
    'damaged',
    /log\.1 is gone/,
  ],
  'a file is gone, and another one was as it is before': [
    {
      good: { changes: [changed('f', 'old', 'new')] },
      now: { end: exited(1), stderr: said, changes: [changed('f', 'old', undefined), changed('g', 'old', 'new')] },
    },
    'damaged',
    /f is gone/,
  ],
  'a child says why it fails, and the check fails': [
    { now: { stderr: said, struck: [SORT], verify: check(1) } },
    'corrupted',
    /--verify fails/,
  ],
  'the check fails': [
    { now: { verify: check(1, 'bad archive\n') } },
    'corrupted',
    /^exit status 0, but --verify fails/,
  ],
  'the check does not end': [
    { now: { verify: { ...check(137), timedOut: true } } },
    'corrupted',
    /--verify does not end/,
  ],
  'the invariant fails after success': [{ now: { verifyAlways: check(1) } }, 'corrupted', /--verify-always fails/],
  'the invariant fails after a failure': [
    { now: { end: exited(1), stderr: said, verifyAlways: check(1) } },
    'damaged',
    /^exit status 1, and --verify-always fails/,
  ],
  'a file is truncated by a failure': [
    {
      good: { changes: [changed('f', 'b\na\n', 'a\nb\n')] },
      now: { end: exited(2), stderr: said, changes: [changed('f', 'b\na\n', '')] },
    },
    'damaged',
    /f is neither as before nor as after a good run/,
  ],
  'a file is gone after a failure': [
    {
      good: { changes: [changed('f', '1', '2')] },
      now: { end: exited(2), stderr: said, changes: [changed('f', '1', undefined)] },
    },
    'damaged',
    /f is gone/,
  ],
  'a file that it had no business with is gone': [
    { now: { end: exited(2), stderr: said, changes: [changed('other', '1', undefined)] } },
    'damaged',
    /other is gone/,
  ],
  'a file is removed, and what is made of it is not there': [
    {
      good: { changes: [changed('f', 'text', undefined), changed('f.gz', undefined, 'packed')] },
      now: {
        end: exited(1),
        stderr: said,
        changes: [changed('f', 'text', undefined), changed('f.gz', undefined, 'pa')],
      },
    },
    'damaged',
    /f is gone, and what a good run makes of it is not there/,
  ],
  'a file is removed, and what is made of it is there': [
    {
      good: { changes: [changed('f', 'text', undefined), changed('f.gz', undefined, 'packed')] },
      now: {
        end: exited(1),
        stderr: said,
        changes: [changed('f', 'text', undefined), changed('f.gz', undefined, 'packed')],
      },
    },
    'graceful',
    /./,
  ],
  'a file is removed that has nothing to do with what is made': [
    {
      good: { changes: [changed('dst/gone', 'text', undefined), changed('dst/new', undefined, 'x')] },
      now: { end: exited(11), stderr: said, changes: [changed('dst/gone', 'text', undefined)] },
    },
    'graceful',
    /./,
  ],
  'a file has its content, and a mode of neither': [
    {
      now: { end: exited(23), stderr: said, changes: [{ path: 'f', before: file('x'), after: file('x', 0o600) }] },
    },
    'graceful',
    /./,
  ],
  'only what is protected counts': [
    { now: { end: exited(2), stderr: said, changes: [changed('other', '1', '')] }, options: { protect: ['keep*'] } },
    'graceful',
    /./,
  ],
  'what is protected is damaged': [
    { now: { end: exited(2), stderr: said, changes: [changed('keep1', '1', '')] }, options: { protect: ['keep*'] } },
    'damaged',
    /keep1/,
  ],
  'a database is changed in part, and its journal is there': [
    {
      good: { changes: [changed('db', '1', '2')] },
      now: { end: exited(1), stderr: said, changes: [changed('db', '1', '3'), changed('db-journal', undefined, '1')] },
    },
    'graceful',
    /./,
  ],
  'a database that must survive is changed in part': [
    {
      good: { changes: [changed('db', '1', '2')] },
      now: { end: exited(1), stderr: said, changes: [changed('db', '1', '3'), changed('db-journal', undefined, '1')] },
      options: { protect: ['db'] },
    },
    'damaged',
    /db is neither/,
  ],
  'a file is changed in part, and the invariant holds': [
    {
      good: { changes: [changed('f', '1', '2')] },
      now: { end: exited(1), stderr: said, changes: [changed('f', '1', '3')], verifyAlways: check(0) },
    },
    'graceful',
    /./,
  ],
  'a file that must survive is changed in part, and the invariant holds': [
    {
      good: { changes: [changed('f', '1', '2')] },
      now: { end: exited(1), stderr: said, changes: [changed('f', '1', '3')], verifyAlways: check(0) },
      options: { protect: ['f'] },
    },
    'damaged',
    /f is neither/,
  ],
  'it is damaged without a word': [
    { now: { end: exited(2), changes: [changed('f', '1', '')] } },
    'damaged',
    /f is neither/,
  ],
  'a child crashes, and its parent says so': [
    {
      now: {
        end: exited(125),
        stderr: said,
        deaths: [{ program: '/usr/bin/xargs', signal: 'SIGABRT', isRoot: false, stack: undefined }],
      },
    },
    'crashed',
    /^\/usr\/bin\/xargs was killed by SIGABRT/,
  ],
  'a child crashes, and nobody cares': [
    { now: { deaths: [{ program: '/bin/x', signal: 'SIGSEGV', isRoot: false, stack: undefined }] } },
    'crashed',
    /SIGSEGV/,
  ],
  'a child crashes in a good run, too': [
    {
      good: { deaths: [{ program: '/bin/x', signal: 'SIGSEGV', isRoot: false, stack: undefined }] },
      now: { deaths: [{ program: '/bin/x', signal: 'SIGSEGV', isRoot: false, stack: undefined }] },
    },
    'tolerated',
    /./,
  ],
  'it sleeps for good': [
    { now: { end: { kind: 'hung', afterMs: 130, where: 'futex' } } },
    'hung',
    /sleeps for good: futex/,
  ],
  'it sleeps for good over a broken file': [
    { now: { end: { kind: 'hung', afterMs: 130, where: 'futex' }, changes: [changed('f', '1', '')] } },
    'hung',
    /./,
  ],
  'it is not at its end in time': [
    { now: { end: { kind: 'deadline', afterMs: 3000 } } },
    'hung',
    /not ended after 3.0 s/,
  ],
  'it tries again and again': [
    { now: { end: { kind: 'spinning', syscall: 'write', times: 4200 } } },
    'spinning',
    /^write is repeated without end: 4,200 times/,
  ],
  'it is killed, and all it had is there': [
    { now: { end: { kind: 'killed' }, changes: [changed('new', undefined, 'x')] }, judged: { kills: true } },
    'tolerated',
    /^killed/,
  ],
  'it is killed in the middle of a file that was there': [
    {
      good: { changes: [changed('f', '1', '2')] },
      now: { end: { kind: 'killed' }, changes: [changed('f', '1', '')] },
      judged: { kills: true },
    },
    'damaged',
    /^killed, and f is neither/,
  ],
  'it is killed, and the invariant fails': [
    { now: { end: { kind: 'killed' }, verifyAlways: check(1, 'missing blob') }, judged: { kills: true } },
    'damaged',
    /^killed, and --verify-always fails/,
  ],
  'a service serves': [
    { good: { served: served() }, now: { served: served() } },
    'tolerated',
    /^its client was served/,
  ],
  'a service serves, and says something else in its log on stdout': [
    {
      good: { served: served(), stdout: output('12:M 00:00:00.025 # Ready\n') },
      now: { served: served(), stdout: output('12:M 00:00:00.031 # Ready\n') },
    },
    'tolerated',
    /^its client was served/,
  ],
  'a service serves something else': [
    { good: { served: served() }, now: { served: served({ client: check(0, 'hel') }) } },
    'corrupted',
    /its client got something else/,
  ],
  'a service refuses one request and says why': [
    {
      good: { served: served() },
      now: { served: served({ client: check(22, '500'), again: check(0, 'hello') }), stderr: said },
    },
    'graceful',
    /^its client was not served, with a message/,
  ],
  'a service refuses one request without a word': [
    { good: { served: served() }, now: { served: served({ client: check(22), again: check(0, 'hello') }) } },
    'silent',
    /its client was not served, without a word/,
  ],
  'a service serves nothing any more': [
    { good: { served: served() }, now: { served: served({ client: check(7), again: check(7) }), stderr: said } },
    'hung',
    /serves nothing any more/,
  ],
  'a service leaves one client without an answer': [
    {
      good: { served: served() },
      now: { served: served({ client: { ...check(137), timedOut: true }, again: check(0, 'hello') }), stderr: said },
    },
    'hung',
    /a client got no answer/,
  ],
  'a service serves nothing as long as the fault stays': [
    {
      good: { served: served() },
      now: { served: served({ client: check(7), again: check(7) }), stderr: said },
      judged: { lasts: true },
    },
    'graceful',
    /./,
  ],
  'a service does not start, and says why': [
    {
      good: { served: served() },
      now: { end: exited(1), stderr: said, served: served({ ready: false, client: undefined, endedEarly: true }) },
    },
    'graceful',
    /^exit status 1, with a message/,
  ],
  'a service does not start, and ends as if it had served': [
    {
      good: { served: served() },
      now: { stderr: said, served: served({ ready: false, client: undefined, endedEarly: true }) },
    },
    'corrupted',
    /has not served/,
  ],
  'a service is never ready': [
    {
      good: { served: served() },
      now: {
        end: { kind: 'hung', afterMs: 200, where: 'rt_sigsuspend' },
        served: served({ ready: false, client: undefined }),
      },
    },
    'hung',
    /^it was never ready/,
  ],
  'a service does not end': [
    {
      good: { served: served() },
      now: { end: { kind: 'hung', afterMs: 200, where: 'rt_sigsuspend' }, served: served() },
    },
    'hung',
    /^it does not end when it gets SIGTERM/,
  ],
};

it('takes from a case what its verdict depends on', () => {
  const fault: CaseFault = {
    task: '0',
    syscall: 'write',
    ordinal: 1,
    way: 'once',
    fault: 'error=ENOSPC',
    site: 's',
    occurrence: 1,
  };
  const of = (...faults: CaseFault[]): JudgedCase => judgedCase({ id: 'c', faults });
  expect(of(fault)).toEqual({ kills: false, lasts: false, mutes: false });
  expect(of({ ...fault, way: 'persistent' })).toEqual({ kills: false, lasts: true, mutes: true });
  expect(of({ ...fault, way: 'persistent', fault: 'error=EMFILE' })).toEqual({
    kills: false,
    lasts: true,
    mutes: false,
  });
  expect(of(fault, { ...fault, way: 'kill', isOnStderr: true })).toEqual({ kills: true, lasts: false, mutes: true });
});

describe('the judge', () => {
  for (const [name, [situation, expected, reason]] of Object.entries(SITUATIONS)) {
    it(`${expected}: ${name}`, () => {
      const verdict = judged(situation);
      expect({ class: verdict.class, reason: verdict.reason }).toEqual({
        class: expected,
        reason: expect.stringMatching(reason),
      });
      expect(verdict.evidence.length).toBeLessThanOrEqual(8);
    });
  }

  it('shows what differs', () => {
    const [before, after] = ['a\nb\nc\n', 'a\nc\n'];
    const verdict = judged({
      good: { changes: [changed('out', undefined, before)], contents: { out: Buffer.from(before) } },
      now: { changes: [changed('out', undefined, after)], contents: { out: Buffer.from(after) }, stderr: said },
    });
    expect(verdict.evidence).toEqual([
      "out differs from a good run's: 4 bytes instead of 6 bytes",
      '   a',
      '  -b',
      '   c',
      'stderr: prog: write error: No space left on device',
    ]);
  });

  it('says how files of the same size differ, and what is left beside them', () => {
    const { evidence } = judged({
      good: { changes: [changed('f', 'abcd', 'efgh')], contents: { f: Buffer.from('efgh') } },
      now: {
        end: exited(1),
        stderr: said,
        changes: [changed('f', 'abcd', 'efxy'), changed('f.orig', undefined, 'abcd')],
        contents: { f: Buffer.from('efxy') },
      },
    });
    expect(evidence).toEqual([
      'f: 4 bytes, but other ones than before, and than after a good run',
      "  2 bytes differ from a good run's, from byte 2 on",
      'f.orig is left beside it: whether that will do, --verify-always can say',
      'stderr: prog: write error: No space left on device',
    ]);
  });

  it('notes what is left', () => {
    const verdict = judged({
      good: { leftRunning: ['/bin/a'] },
      now: {
        changes: [changed('f.lock', undefined, '')],
        leftRunning: ['/bin/a', '/bin/b'],
        denied: ['/etc/passwd'],
      },
    });
    expect(verdict.notes).toEqual(['leaves f.lock', 'leaves a process running: /bin/b', 'tried to change /etc/passwd']);
  });

  it('compares what is masked', () => {
    const mask: Mask = { ...NO_MASK, text: (_, text) => text.replace(/pid \d+/g, 'pid N') };
    const runs = { good: { stdout: output('pid 12\n') }, now: { stdout: output('pid 99\n') } };
    expect(judged(runs).class).toBe('corrupted');
    expect(judged({ ...runs, mask }).class).toBe('tolerated');
  });

  it('calls the same results tolerated, whatever they are', () => {
    const entry = fc.option(fc.string({ maxLength: 5 }), { nil: undefined });
    const changes = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), entry, entry), { selector: ([path]) => path });
    const options = fc.record({
      compare: fc.subarray(['stdout', 'stderr', 'files', 'times'] as const),
      protect: fc.option(fc.constant(['**']), { nil: undefined }),
    });
    fc.assert(
      fc.property(changes, fc.string(), fc.string(), options, (some, stdout, stderr, how) => {
        const results = {
          changes: some.map(([path, before, after]) => changed(path, before, after)),
          stdout: output(stdout),
          stderr: output(stderr),
        };
        const verdict = judgeOf(clean(results), how)(observed(results), ONCE);
        expect(verdict).toEqual({ class: 'tolerated', reason: expect.any(String), evidence: [], notes: [] });
      }),
    );
  });
});
