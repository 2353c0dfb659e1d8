// make fuzz: fuzzes the parsers, guided by coverage (V8's own, by block): what reaches new code is kept, and mutated further.
//
//     node test/fuzz/fuzz.mjs [SECONDS a target; 0: the corpus alone] [SEED]
//
// What it keeps goes into corpus/TARGET, to be committed. A parser may only throw a RenacerError, must come back within a
// second, and must print what it reads in a form that it reads as the same again; an input that shows otherwise is printed,
// and the exit code is 1. Needs a build (dist/).
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import path from 'node:path';
import { checkConfig, parseConfig } from '../../dist/chaos/config-file.js';
import { toFileForm } from '../../dist/chaos/file-form.js';
import { decisionKey, drawIndex } from '../../dist/faults/decisions.js';
import { parseInject, printInject } from '../../dist/faults/inject-grammar.js';
import { RenacerError } from '../../dist/model/errors.js';
import { parseSyscallSet } from '../../dist/syscalls/select.js';

const TARGETS = {
  inject: { parse: parseInject, print: printInject },
  'syscall-set': { parse: parseSyscallSet, print: String },
  config: {
    parse: parseConfig,
    print: (settings) => JSON.stringify(toFileForm(settings)),
    again: (text) => checkConfig(JSON.parse(text)),
  },
};

/** Pieces that mean something to one of the grammars: a mutation may insert one. */
const WORDS =
  'error=EIO retval=1 signal=SIGTERM when=1..9+2 prob=0.5 short=0.5 corrupt=2bits,zero path=/etc/** fd=pipe arg1&0x80 arg2==-1 result>=0 delay_enter=1ms poke_exit=@arg2=00ff : , = + .. ! % / ? \\ " { } [ ] 1 0 -1 1e9 null true "memory_limit" "cpu_limit" "rules" "64M" all none %file open'.split(
    ' ',
  );

const SLOW_MS = 1000;
const corpusOf = (target) => path.join(path.dirname(new URL(import.meta.url).pathname), 'corpus', target);

const [seconds = 20, seed = 1] = process.argv.slice(2).map(Number);
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

for (const [name, target] of Object.entries(TARGETS)) await fuzz(name, target);
session.disconnect();

async function fuzz(name, target) {
  const directory = corpusOf(name);
  const corpus = readdirSync(directory).map((file) => readFileSync(path.join(directory, file), 'utf8'));
  const seen = new Set();
  for (const input of corpus) {
    complain(name, input, problemOf(target, input));
    await coverage(seen);
  }
  const before = corpus.length;
  const choose = chooser(name);
  let runs = 0;
  for (const end = Date.now() + seconds * 1000; Date.now() < end; runs++) {
    const input = mutate(corpus, choose);
    const problem = problemOf(target, input);
    if (problem) {
      complain(name, input, problem);
    } else if ((await coverage(seen)) > 0) {
      corpus.push(input);
      const file = createHash('sha256').update(input).digest('hex').slice(0, 12);
      writeFileSync(path.join(directory, file), input);
    }
  }
  console.log(`${name}: ${runs} inputs, ${seen.size} places reached, ${corpus.length - before} inputs kept`);
}

function complain(name, input, problem) {
  if (problem === undefined) return;
  console.error(`${name}: ${JSON.stringify(input)}: ${problem}`);
  process.exitCode = 1;
}

/** What is wrong with how a target takes an input; undefined if nothing is. */
function problemOf({ parse, print, again = parse }, input) {
  const start = process.cpuUsage();
  try {
    const read = parse(input);
    const printed = print(read);
    const reread = print(again(printed));
    if (reread !== printed) return `printed as ${JSON.stringify(printed)}, then as ${JSON.stringify(reread)}`;
  } catch (error) {
    if (!(error instanceof RenacerError)) return error.stack;
  }
  const { user, system } = process.cpuUsage(start);
  const ms = (user + system) / 1000;
  return ms > SLOW_MS ? `it took ${ms.toFixed(0)} ms of CPU time` : undefined;
}

/** Adds what has been reached since the last time; returns how much of it is new. */
async function coverage(seen) {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const before = seen.size;
  for (const { url, functions } of result) {
    if (!url.includes('/dist/')) continue;
    for (const { ranges } of functions) {
      for (const { startOffset, endOffset, count } of ranges) {
        // How often matters by its order of magnitude.
        if (count > 0) seen.add(`${url}:${startOffset}-${endOffset}:${Math.floor(Math.log2(count))}`);
      }
    }
  }
  return seen.size - before;
}

function chooser(name) {
  const key = decisionKey(seed, 'fuzz', name);
  let draws = 0;
  return (count) => drawIndex(key, draws++, count);
}

function mutate(corpus, choose) {
  let text = corpus[choose(corpus.length)] ?? '';
  for (let steps = 1 + choose(4); steps > 0; steps--) text = step(text, corpus, choose);
  return text.slice(0, 2000);
}

function step(text, corpus, choose) {
  const at = choose(text.length + 1);
  const length = choose(8);
  switch (choose(6)) {
    case 0:
      return text.slice(0, at) + WORDS[choose(WORDS.length)] + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + length);
    case 2:
      return text.slice(0, at) + String.fromCharCode(choose(300)) + text.slice(at + 1);
    case 3:
      return text.slice(0, at) + text.slice(at, at + length) + text.slice(at);
    case 4:
      return text.slice(0, at) + (corpus[choose(corpus.length)] ?? '').slice(at);
    default:
      return `${text}${choose(2) === 0 ? ':' : ','}${WORDS[choose(WORDS.length)]}`;
  }
}
