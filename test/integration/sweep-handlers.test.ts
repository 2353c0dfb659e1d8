import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type * as Sweep from '../../src/campaign/sweep/sweep.ts';
import { type CaseClass, FAILING_CLASSES } from '../../src/model/sweep.ts';
import type { SweepRequest } from '../../src/model/sweep-request.ts';
import type { SweepResult } from '../../src/model/sweep-result.ts';
import { guest, hasCompiler } from '../support/guests.ts';

const { sweepCommand } = (await import('../../dist/campaign/sweep/sweep.js' as string)) as typeof Sweep;

/** What is tried of a small program. Without the rest of its calls a sweep takes half a second. */
interface Small {
  readonly command: readonly string[];
  /** Where there is one: another than "a file `in` of 6 lines". */
  readonly files?: Readonly<Record<string, string>>;
  readonly only: readonly string[];
  readonly errors?: readonly string[];
  readonly verify?: string;
  readonly paths?: readonly string[];
}

const ERRORS = ['EIO', 'ENOSPC', 'EMFILE', 'ENOMEM', 'EINTR', 'EAGAIN', 'EACCES', 'EXDEV', 'EBUSY'];
const LINES = '1\n2\n3\n4\n5\n6\n';
// In /var/tmp: what is in /tmp a sweep hides.
const scratch = mkdtempSync('/var/tmp/renacer-handlers-');
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function sweep({ command: [command, ...args], files, ...what }: Small): Promise<SweepResult> {
  const top = mkdtempSync(`${scratch}/`);
  const input = path.join(top, 'input');
  mkdirSync(input);
  for (const [name, text] of Object.entries(files ?? { in: LINES })) writeFileSync(path.join(input, name), text);
  if (command === './handlers') copyFileSync(guest('handlers'), path.join(input, 'handlers'));
  const request: SweepRequest = {
    command: command!,
    args,
    input,
    stdin: undefined,
    env: {},
    ignore: [],
    compare: ['stdout', 'files'],
    verify: what.verify,
    verifyAlways: undefined,
    protect: undefined,
    faults: ['errors', 'short', 'persistent'],
    every: false,
    depth: 1,
    maxRuns: undefined,
    only: what.only,
    paths: what.paths ?? [],
    errors: what.errors ?? ERRORS,
    sites: [],
    quick: false,
    forMs: undefined,
    jobs: 1,
    isolation: 'full',
    network: 'own',
    ready: undefined,
    drive: undefined,
    results: undefined,
    resume: undefined,
    findingsDirectory: path.join(top, 'findings'),
    ownFiles: [],
    self: 'renacer',
  };
  const pause = async (): Promise<void> => {};
  return sweepCommand(request, { onProgress() {}, onFinding() {} }, new AbortController().signal, { pause });
}

/** In words, so that a failure tells what was found. */
function failing({ findings }: SweepResult): string[] {
  return findings
    .filter((finding) => FAILING_CLASSES.includes(finding.class))
    .map(({ title, verdict }) => `${title}: ${verdict.reason}`);
}

const own = (name: string, only: string, more: Partial<Small> = {}): [string, Small] => [
  name,
  { command: ['./handlers', name], only: only.split(' '), ...more },
];
const script = (
  shell: string,
  text: string,
  only: string,
  paths: readonly string[] = [],
  errors: readonly string[] = ERRORS,
): Small => ({ command: [shell, '-c', text], only: only.split(' '), paths, errors });
const FILES = 'read write openat close fsync rename unlink newfstatat fstat';

describe.runIf(hasCompiler)('programs that take a failing call well (needs cc)', () => {
  it.each([
    own('replace', FILES),
    own('said', 'write'),
    own('lines', 'read write openat newfstatat'),
    own('optional', 'openat write close'),
    own('by_hand', 'copy_file_range read write openat'),
    own('mapped', 'mmap openat newfstatat read write'),
    own('directory', 'mkdir'),
    own('listed', 'getdents64 openat write'),
    own('asked', 'pipe clone read write wait4'),
    own('socketed', 'socketpair sendto recvfrom write'),
    own('polled', 'pipe2 write poll'),
    own('locked', 'flock openat unlink'),
    own('heap', 'mmap brk munmap'),
    own('threaded', 'clone3 mmap'),
    own('thrice', 'openat'),
    own('appended', 'write openat newfstatat close'),
    own('vanished', 'unlink'),
    own('hinted', 'fadvise64 flock read'),
    own('daemonlike', 'openat clone pipe read kill wait4 unlink'),
    own('sorted_out', 'openat unlink write pread64'),
    own('backed_up', 'link unlink write rename openat'),
    own('preallocated', 'fallocate openat write close'),
  ])('%s', async (_, small) => {
    const result = await sweep(small);
    expect(failing(result)).toEqual([]);
    expect(result.cases).toBeGreaterThan(0);
  });
});

describe('scripts that take it well', () => {
  it.each<[string, Small]>([
    ['sh, set -e', script('sh', 'set -e; sed s/1/x/ in > new; mv new in', 'write', ['new'])],
    ['sh, mv', script('sh', 'sed s/1/x/ in > new && mv new in', 'renameat2 rename', ['new'])],
    ['bash, pipefail', script('bash', 'set -o pipefail; sort in | head -n1 > out', 'read write', ['in', 'out'])],
    ['bash, SIGPIPE', script('bash', 'yes | head -n1', 'write')],
    [
      'python3',
      script(
        'python3',
        'import os\nwith open("new", "w") as f: f.write("text")\nos.replace("new", "out")',
        'openat write rename',
        ['new', 'out'],
      ),
    ],
  ])('%s', async (_, small) => {
    const result = await sweep(small);
    expect(failing(result)).toEqual([]);
    expect(result.cases).toBeGreaterThan(0);
  });
});

describe('scripts that take it badly', () => {
  const check = { verify: 'grep -q x in && test "$(wc -l < in)" = 6' };
  it.each<[string, Small, CaseClass]>([
    ['sh goes on', { ...script('sh', 'sed s/1/x/ in > new; mv new in', 'write', ['new']), ...check }, 'corrupted'],
    [
      'sh says nothing',
      script('sh', 'sed s/1/x/ in > new 2> /dev/null || exit 1', 'write', ['new'], ['ENOSPC']),
      'silent',
    ],
    [
      'python3 in place',
      script(
        'python3',
        'text = open("in").read()\nwith open("in", "w") as f: f.write("x" + text)',
        'write',
        ['in'],
        ['ENOSPC'],
      ),
      'damaged',
    ],
  ])('%s', async (_, small, of) => {
    expect((await sweep(small)).findings.map((finding) => finding.class)).toContain(of);
  });
});

describe.runIf(hasCompiler)('programs that take it badly (needs cc)', () => {
  it.each<[...ReturnType<typeof own>, CaseClass]>([
    [...own('read_as_end', 'read'), 'corrupted'],
    [...own('gets_as_end', 'read'), 'corrupted'],
    [...own('write_unseen', 'write'), 'corrupted'],
    [...own('write_short', 'write'), 'corrupted'],
    [...own('read_short', 'read'), 'corrupted'],
    [...own('closed_unseen', 'write'), 'corrupted'],
    [...own('printed_unseen', 'write'), 'corrupted'],
    [...own('renamed_unseen', 'rename'), 'corrupted'],
    [...own('absent', 'openat'), 'corrupted'],
    [...own('absent_stat', 'newfstatat'), 'corrupted'],
    [...own('listed_short', 'getdents64'), 'corrupted'],
    [...own('sent_unseen', 'sendfile'), 'corrupted'],
    [...own('made_unseen', 'mkdir'), 'corrupted'],
    [...own('child_unseen', 'openat'), 'corrupted'],
    [...own('in_place', 'write'), 'damaged'],
    [...own('removed_first', 'openat write'), 'damaged'],
    [...own('truncated', 'openat'), 'damaged'],
    [...own('null_stream', 'openat'), 'crashed'],
    [...own('null_directory', 'openat'), 'crashed'],
    [...own('null_memory', 'mmap'), 'crashed'],
    [...own('asserted', 'openat'), 'crashed'],
    [...own('past_end', 'ftruncate'), 'crashed'],
    [...own('silent_child', 'openat'), 'hung'],
    [...own('no_thread', 'clone3'), 'hung'],
    [...own('unsent', 'sendto', { errors: ['ENOBUFS', 'EPIPE', 'ECONNRESET'] }), 'hung'],
    [...own('write_again', 'write'), 'spinning'],
    [...own('quiet', 'read'), 'silent'],
  ])('%s', async (_, small, of) => {
    const { findings } = await sweep(small);
    expect(findings.map((finding) => finding.class)).toContain(of);
    expect(new Set(findings.map((finding) => finding.class))).toEqual(new Set([of]));
  });
});
