import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { guest, hasCompiler, isRoot, scratch } from '../support/guests.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { closingLine, renacer } from '../support/renacer.ts';

/** One error that a call is given for real, and by a rule. */
interface Pair {
  readonly id: string;
  readonly call: string;
  readonly error: string;
  readonly variant: string;
}

/** What a rule can't leave behind, and why: stated in docs/faults.md. */
const KNOWN_DIFFERENCES: Readonly<Record<string, readonly [real: string, injected: string]>> = {
  // The kernel has given the socket a port of its own before the peer refused.
  'connect ECONNREFUSED': ['bound=1', 'bound=0'],
  'connect ETIMEDOUT': ['bound=1', 'bound=0'],
};

const canProvoke = hasCompiler && isRoot;
const pairs = canProvoke ? listed() : [];

function listed(): Pair[] {
  const { stdout } = spawnSync(guest('real-errors'), ['list'], { encoding: 'utf8' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [id = '', call = '', error = '', variant = ''] = line.split('\t');
      return { id, call, error, variant };
    });
}

function nameOf({ call, error, variant }: Pair): string {
  return [call, error, ...(variant === '' ? [] : [variant])].join(' ');
}

function openScratch(): string {
  const directory = scratch();
  chmodSync(path.dirname(directory), 0o755);
  chmodSync(directory, 0o777);
  return directory;
}

/** What each case has seen. */
function seen(output: string): Map<string, string> {
  const lines = output.trim().split('\n');
  return new Map(lines.map((line) => [line.split(' ')[0]!, line.slice(line.indexOf(' ') + 1).trim()]));
}

function rules(): string[] {
  return pairs.flatMap(({ id, call, error }) => ['-e', `inject=${call}:error=${error}:comm=${id}:when=1`]);
}

describe.skipIf(!canProvoke)(
  'an injected error leaves what the real one leaves (skipped without root or a C compiler)',
  () => {
    let real = new Map<string, string>();
    let injected = new Map<string, string>();
    let again = new Map<string, string>();
    let uses: { rule: string; fired: number }[] = [];
    let replayed: string | undefined;

    beforeAll(() => {
      const report = path.join(scratch(), 'report.json');
      const recording = path.join(scratch(), 'faults.jsonl');
      const options = { timeout: PATIENCE_MS };
      const bare = spawnSync(guest('real-errors'), ['real', openScratch()], { encoding: 'utf8', ...options });
      real = seen(bare.stdout);
      const command = ['--', guest('real-errors'), 'injected'];
      const files = ['--report', report, '--record', recording];
      injected = seen(renacer([...files, ...rules(), ...command, openScratch()], options).stdout);
      uses = JSON.parse(readFileSync(report, 'utf8')).rules;
      const replay = renacer(['replay', recording, ...command, openScratch()], options);
      again = seen(replay.stdout);
      replayed = closingLine(replay, 'replay');
    }, 3 * PATIENCE_MS);

    it('in more than a hundred pairs', () => {
      expect(new Set(pairs.map(({ call, error }) => `${call} ${error}`)).size).toBeGreaterThan(100);
      expect(real.size).toBe(pairs.length);
    });

    it.each(pairs.map((pair) => [nameOf(pair), pair] as const))('%s', (name, { id }) => {
      const [really = '', byRule = ''] = KNOWN_DIFFERENCES[name] ?? [];
      expect(real.get(id)).toContain(really);
      expect(injected.get(id)).toBe(real.get(id)!.replace(really, byRule));
      expect(uses.find(({ rule }) => rule.includes(`:comm=${id}:`))).toMatchObject({ fired: 1 });
    });

    it('and so does its replay', () => {
      expect(Object.fromEntries(again)).toEqual(Object.fromEntries(injected));
      expect(replayed).toBe(`${pairs.length} of ${pairs.length} recorded faults came again`);
    });
  },
);
