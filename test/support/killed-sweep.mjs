// Sweeps that are killed and go on: for scripts/kill-sweeps.mjs and the tests.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseResults } from '../../dist/campaign/results-file.js';

const RENACER = path.resolve(import.meta.dirname, '../../bin/renacer');
/** How long what is left may take to go. */
const GRACE_MS = 10_000;

/** A small program with defects, and what a sweep of it is told. */
const OPTIONS = ['--only', 'read,write,rename,unlink', '--faults', 'errors,short'];
const COMMAND = ['sh', 'save.sh'];
const SAVE = `sort names > sorted 2> /dev/null; mv sorted names; echo saved > state`;

/** Makes what is swept. */
export function makeInput(directory) {
  mkdirSync(directory);
  writeFileSync(path.join(directory, 'save.sh'), SAVE);
  writeFileSync(path.join(directory, 'names'), 'zoe\nben\nanna\n');
}

/** A copy of the input, so that another sweep has nothing in common with this one. */
export function copyInput(from, to) {
  cpSync(from, to, { recursive: true, preserveTimestamps: true });
}

/**
 * Sweeps, or goes on; killed as soon as `killWhen` says so, if it is given.
 *
 * @returns how it ended, or whether it lived when it was killed, and what was left of it
 */
export async function sweep(input, results, { killWhen, report, signal = 'SIGKILL' } = {}) {
  const file = [existsSync(results) ? '--resume' : '--results', results];
  const told = report === undefined ? [] : ['--report', report];
  const child = spawn(RENACER, ['sweep', ...OPTIONS, ...file, ...told, '--', ...COMMAND], {
    cwd: input,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_STATE_HOME: path.dirname(input) },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      said += text;
    });
  }
  const ended = once(child, 'close');
  const isThere = () => child.exitCode === null && child.signalCode === null;
  while (killWhen && isThere() && !killWhen()) await pause(5);
  const lived = isThere();
  const tree = killWhen && lived ? descendantsOf(child.pid) : [];
  if (killWhen && lived) child.kill(signal);
  const [status] = await ended;
  return { status, said, lived, left: await stillThere(tree) };
}

/** What a results file says, but for times; undefined if there is none. */
export function linesOf(results) {
  if (!existsSync(results)) return undefined;
  const { lines } = parseResults(readFileSync(results), results);
  return lines.map((line) => (line.type === 'case' ? { ...line, case: { ...line.case, ms: 0 } } : line));
}

/** What was found, as far as it is the same in each sweep. */
export function findingsOf(report) {
  const { findings } = JSON.parse(readFileSync(report, 'utf8'));
  return findings.map(({ id, class: kind, title, count, confirmed }) => ({ id, class: kind, title, count, confirmed }));
}

async function stillThere(tree) {
  let left = tree.filter(isThere);
  for (let ms = 0; left.length > 0 && ms < GRACE_MS; ms += 50) {
    await pause(50);
    left = left.filter(isThere);
  }
  return left.map(({ pid, words }) => `process ${pid}: ${words}`);
}

function isThere({ pid, begun }) {
  const now = processOf(pid);
  return now !== undefined && now.begun === begun && now.state !== 'Z';
}

function descendantsOf(root) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => processOf(pid) ?? []);
  const found = [];
  for (let parents = [Number(root)]; parents.length > 0; ) {
    const children = all.filter(({ parent }) => parents.includes(parent));
    found.push(...children);
    parents = children.map(({ pid }) => pid);
  }
  return found;
}

/** Undefined if it has gone. */
function processOf(pid) {
  try {
    const [, name, rest] = /\((.*)\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    const [state, parent, ...more] = rest.split(' ');
    return { pid: Number(pid), words: name, state, parent: Number(parent), begun: more[17] };
  } catch {
    return undefined;
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
