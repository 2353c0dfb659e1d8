// How many of strace's own tests of its decoders Renacer passes. Each is a program that makes calls and prints the trace that it
// expects of them. Counted are those that strace itself passes on this machine, without options that Renacer does not have.
//
//   git clone https://github.com/strace/strace; cd strace; ./bootstrap
//   ./configure --enable-mpers=no --disable-gcc-Werror && make && make -C tests check TESTS=
//   npm run build; node scripts/run-strace-tests.mjs PATH/TO/strace [PATTERN]
//
// With a pattern, the tests whose names match it, and what differs.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';

const RENACER = path.resolve(import.meta.dirname, '../bin/renacer');
const TIMEOUT_MS = 60_000;
const SHOWN_LINES = 12;
const SKIPPED = 77;
/** Lines for a script of its own, and options that are of other parts than the decoders. */
const OTHER_TESTS = /^[+.]|^test_|\||9>>|\/dev\/full/;
const OTHER_OPTIONS =
  /secontext|-X|-k\b|--stack|-y|--decode|-P|--trace-path|-Y|--pidns|inject|-e fault|read=|write=|--kill|--const|status|-z|-Z|verbose=|raw=|--strings|trace=!|fds|abbrev=|namespace|-N|--arg|--always/;

const [source, pattern] = process.argv.slice(2);
if (source === undefined) throw new Error('where is strace? (see the top of this file)');
const tests = testsOf(readFileSync(path.join(source, 'tests/gen_tests.in'), 'utf8'));
const counts = { passed: 0, of: 0 };
await Promise.all(Array.from({ length: availableParallelism() }, worker));
console.log(`${counts.passed} of ${counts.of}`);

function testsOf(text) {
  return text
    .split('\n')
    .map((line) => /^(\w\S*)\s*(.*)$/.exec(line.trim()))
    .filter((match) => match !== null)
    .map(([, name, options]) => ({ name, options }))
    .filter(({ name, options }) => !OTHER_TESTS.test(options) && !OTHER_OPTIONS.test(`${options} ${name}`))
    .filter(({ name }) => pattern === undefined || new RegExp(pattern).test(name))
    .filter(({ name }) => existsSync(path.join(source, 'tests', name)));
}

async function worker() {
  for (let test = tests.shift(); test !== undefined; test = tests.shift()) {
    const expected = await run(path.resolve(source, 'src/strace'), [], test);
    if (expected.status === SKIPPED || expected.log !== expected.output) continue;
    const { log, output } = await run(RENACER, ['--engine', 'ptrace'], test);
    counts.of += 1;
    if (log === output) counts.passed += 1;
    if (pattern !== undefined || log !== output) report(test.name, log, output);
  }
}

function report(name, log, output) {
  console.log(`${log === output ? 'passed' : 'failed'} ${name}`);
  if (pattern === undefined) return;
  const [wanted, got] = [output.split('\n'), log.split('\n')];
  for (const line of wanted.filter((one) => !got.includes(one)).slice(0, SHOWN_LINES)) console.log(`  - ${line}`);
  for (const line of got.filter((one) => !wanted.includes(one)).slice(0, SHOWN_LINES)) console.log(`  + ${line}`);
}

/** The trace of a test, and the one that it expects, which it prints. */
async function run(tracer, own, { name, options }) {
  const directory = mkdtempSync(path.join(tmpdir(), 'strace-test-'));
  const log = path.join(directory, 'log');
  const output = path.join(directory, 'output');
  const given = options === '' ? [] : options.split(/\s+/).map((word) => word.replaceAll(/['"]/g, ''));
  const selects = /-e ?trace=|--trace=|-e\//.test(options);
  const select = selects ? [] : ['-e', `trace=${name.replace(/-.*/, '')}`];
  const program = path.resolve(source, 'tests', name);
  try {
    const status = await ended(
      spawnTo(
        output,
        tracer,
        [...own, '-o', log, ...select, ...given, ...(own.length > 0 ? ['--'] : []), program],
        directory,
      ),
    );
    const text = (file) => (existsSync(file) ? readFileSync(file, 'latin1') : 'nothing');
    return { status, log: text(log), output: text(output) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function spawnTo(output, command, args, cwd) {
  const file = openSync(output, 'w');
  const child = spawn(command, args, { cwd, stdio: ['ignore', file, 'ignore'], timeout: TIMEOUT_MS });
  closeSync(file);
  return child;
}

function ended(child) {
  return new Promise((resolve) => {
    child.on('error', () => resolve(-1));
    child.on('exit', (code) => resolve(code ?? -1));
  });
}
