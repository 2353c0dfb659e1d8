import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyDirectory, RENACER, ROOT } from '../support/renacer.ts';

/** A command finds itself as it would without Renacer: what /proc shows of it is the same, but for what docs/tracer.md says. */

const GUEST = path.join(ROOT, 'test/guests/identity-card.py');
/** The program itself: a version manager's script in its place would be one more process, and change things. */
const PYTHON = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout.trim();

interface Card {
  readonly status: Record<string, unknown>;
  readonly limits: readonly string[];
  readonly [part: string]: unknown;
}

/** The card of a process that a shell script starts, in which COMMAND stands for the command, and CARD for where it writes. */
function cardOf(script: string, renacer: string): Card {
  const directory = emptyDirectory();
  const card = path.join(directory, 'card.json');
  writeFileSync(path.join(directory, 'input'), 'input');
  const command = script.replaceAll('COMMAND', `${renacer} ${PYTHON} ${GUEST}`);
  // Bash passes on what it was given, and blocks nothing itself.
  const { stderr } = spawnSync('bash', ['-c', command], {
    cwd: directory,
    env: { ...process.env, CARD: card, CHAOS_MODE: '', 'not-a-word': 'x', EMPTY: '' },
    encoding: 'utf8',
  });
  try {
    return JSON.parse(readFileSync(card, 'utf8').replaceAll(directory, '/directory')) as Card;
  } catch (cause) {
    throw new Error(`no card: ${stderr}`, { cause });
  }
}

/** What is different for a reason: see docs/tracer.md. */
const WATCHED = ['TracerPid', 'Seccomp', 'Seccomp_filters', 'Speculation_Store_Bypass', 'Cpus_allowed_list'];

/** The mark by which processes are found that leave their control groups. */
const MARK = /^Max realtime timeout/;

const ENGINES: readonly (readonly [name: string, options: string, differs: readonly string[]])[] = [
  ['limits', '--chaos-timeout 50s --chaos-cpu-limit 0.9 -o /dev/null', []],
  ['the kernel', '-f --engine ebpf -o /dev/null', []],
  ['ptrace, by a filter', '-f --engine ptrace -e trace=openat -o /dev/null', WATCHED],
  ['ptrace, all calls', '-o /dev/null', WATCHED],
  ['-D', '-D -o /dev/null', WATCHED],
];

const ALL_THAT_CAN_BE_SET = `umask 027; ulimit -Sn 77; ulimit -Sc 0; ulimit -Ss 4096; exec 3<input 4>>more 7<>both
  nice -n 3 env --block-signal=USR1,RTMAX --ignore-signal=HUP,PIPE,RTMIN COMMAND <input >output 2>errors`;

const SCRIPTS: readonly (readonly [name: string, script: string])[] = [
  ['as it comes', 'COMMAND <input >output 2>errors'],
  ['all that can be set', ALL_THAT_CAN_BE_SET],
  ['by nohup, in the background', '(nohup COMMAND <input >output 2>errors & wait)'],
  ['stdin closed', 'COMMAND <&- >output 2>errors'],
  ['stdout closed', 'COMMAND <input >&- 2>errors'],
  ['stderr closed', 'COMMAND <input >output 2>&-'],
  ['all three closed', 'COMMAND <&- >&- 2>&-'],
];

const natively = new Map<string, Card>();

describe.each(ENGINES)('under %s', (name, options, differs) => {
  const same = (fields: Record<string, unknown>): unknown =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => !differs.includes(name)));
  it.each(SCRIPTS)('%s', (_, script) => {
    const native = natively.get(script) ?? cardOf(script, '');
    natively.set(script, native);
    const traced = cardOf(script, `${RENACER} ${options}`);
    const limits = (card: Card): unknown => card.limits.filter((line) => name !== 'limits' || !MARK.test(line));
    expect({ ...traced, status: same(traced.status), limits: limits(traced) }).toEqual({
      ...native,
      status: same(native.status),
      limits: limits(native),
    });
  });
});
