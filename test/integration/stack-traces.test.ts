import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type * as Full from '../../src/chaos-full.ts';
import type * as Library from '../../src/index.ts';
import type { InjectedCallFault } from '../../src/model/run-result.ts';
import type { SyscallRecord } from '../../src/report/trace-record.ts';
import { traceLineSchema } from '../../src/report/trace-schema.ts';
import type { RunEvent, SyscallEvent } from '../../src/run/library/run-event.ts';
import { started, tracer } from '../support/attached.ts';
import { guest, has, hasCompiler, ROOT, scratch } from '../support/guests.ts';
import { built } from '../support/limits.ts';
import { head } from '../support/object-files.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { PYTHON } from '../support/programs.ts';
import { RENACER, renacer } from '../support/renacer.ts';
import { type ShownEvent, type ShownFrame, shownEvents } from '../support/stack-lines.ts';

const SOURCE = path.join(ROOT, 'test/guests/stacks.c');

/** The line of the guest's source with this comment. */
function line(comment: string): string {
  return `${SOURCE}:${
    readFileSync(SOURCE, 'utf8')
      .split('\n')
      .findIndex((text) => text.endsWith(`// ${comment}`)) + 1
  }`;
}

function compile(name: string, options: readonly string[], source = SOURCE): string {
  const file = path.join(scratch(), name);
  execFileSync('cc', [...options, '-pthread', '-o', file, source], { stdio: 'pipe' });
  return file;
}

function traced(tracer: string, args: readonly string[], command: readonly string[]): ShownEvent[] {
  const output = path.join(scratch(), 'trace');
  const { error } = spawnSync(tracer, ['-o', output, ...args, ...command], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: PATIENCE_MS,
  });
  if (error) throw error;
  return shownEvents(readFileSync(output, 'utf8'));
}

/** Programs that can't be moved, and where they are linked. */
const ET_EXEC = 2;
const LINKED_AT = 0x400000;

const stacksOf = (args: readonly string[], command: readonly string[]): ShownEvent[] => traced(RENACER, args, command);
const names = ({ stack }: ShownEvent): string[] => stack.map(({ symbol }) => symbol ?? '?');

/** The functions of the guest itself. */
function own({ stack }: ShownEvent, file: string): string[] {
  return stack.filter((frame) => frame.file === file).map(({ symbol }) => symbol ?? '?');
}

describe.skipIf(!has('strace'))('the same frames as strace (needs strace)', () => {
  const programs: [name: string, ...command: string[]][] = [
    ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=3'],
    ['git', 'log', '-1', '--stat'],
    ['sqlite3', ':memory:', 'create table t(a); insert into t values (1); select * from t'],
    ['tar', 'cf', '/dev/null', 'docs'],
    [PYTHON, '-c', 'import json; print(json.dumps([1]))'],
    [process.execPath, '-e', "require('fs').openSync('/')"],
  ];

  it.each(programs.filter(([name]) => name !== '' && has(name)))('%s', (...command) => {
    // How often Node.js writes depends on how its threads meet.
    const calls = command[0] === process.execPath ? 'openat,fstat' : 'write,openat,fstat';
    const args = ['-k', '-e', `trace=${calls}`, '-e', 'signal=none'];
    const [theirs, ours] = [traced('strace', args, command), stacksOf(args, command)];
    const paired = ours.flatMap((event, i) => event.stack.map((frame, at) => [frame, theirs[i]?.stack[at]] as const));
    expect(ours.map(({ name }) => name)).toEqual(theirs.map(({ name }) => name));
    const comparable = ours.map(({ stack }, i) => (theirs[i]?.isCut ? stack.slice(0, theirs[i].stack.length) : stack));
    expect(comparable.map((stack) => stack.map(inFile))).toEqual(theirs.map(({ stack }) => stack.map(place)));
    for (const [mine, other] of paired) {
      // Theirs names the last function that begins before, if it is long past its end; ours may know one between.
      if (other?.symbol !== undefined && mine.symbol !== undefined)
        expect(mine.offset).toBeLessThanOrEqual(other.offset);
      if (other?.offset === mine.offset && !mine.file.includes('libc')) expect(mine.symbol).toBe(other?.symbol);
    }
    expect(paired.length).toBeGreaterThan(10);
  });

  const place = ({ file, address }: ShownFrame): string => `${file} ${address.toString(16)}`;

  /** Of a program that can't be moved, strace says where in the file, and we where in memory, as debuggers do. */
  function inFile({ address, ...frame }: ShownFrame): string {
    const isFixed = frame.file === realpathSync(process.execPath) && head(frame.file, 17)[16] === ET_EXEC;
    return place({ ...frame, address: isFixed ? address - LINKED_AT : address });
  }

  it.skipIf(!has('setarch'))('-i: the same addresses (needs setarch)', () => {
    const command = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=2', 'status=none'];
    const lines = (tracer: string): string[] => {
      const output = path.join(scratch(), 'trace');
      const args = ['-R', tracer, '-i', '-o', output, '-e', 'trace=brk,write,close', ...command];
      spawnSync('setarch', [process.arch === 'x64' ? 'x86_64' : process.arch, ...args], { stdio: 'ignore' });
      return readFileSync(output, 'utf8').split('\n');
    };
    const ours = lines(RENACER);
    expect(ours).toEqual(lines('strace'));
    expect(ours[0]).toMatch(/^\[00007f[0-9a-f]{10}\] brk\(NULL\) /);
    expect(ours.at(-2)).toBe('[????????????????] +++ exited with 0 +++');
  });
});

describe.skipIf(!hasCompiler)('what a compiled program does (needs cc)', () => {
  const DEEP = ['deep', 'deep', 'deep', 'deep', 'main'];

  it.each<[string, string[]]>([
    ['without optimisation', ['-O0']],
    ['without frame pointers', ['-O2', '-fomit-frame-pointer']],
    ['at the address that it was linked for', ['-O1', '-no-pie']],
    ['linked statically', ['-O1', '-static', '-w']],
    ['without tables, by frame pointers', ['-O1', '-fno-asynchronous-unwind-tables', '-fno-omit-frame-pointer']],
  ])('%s: below a signal handler too', (_, options) => {
    const file = compile('stacks', options);
    const events = stacksOf(['-k', '-e', 'trace=kill,write'], [file, 's']);
    const [kill, signal, write] = events;
    expect(events.map(({ name }) => name)).toEqual(['kill', 'SIGUSR1', 'write', '+++ exited with 0 +++']);
    expect(
      own(kill!, file)
        .filter((name) => name !== 'kill' && !name.includes('libc'))
        .slice(-6),
    ).toEqual(expect.arrayContaining(DEEP));
    expect(signal!.stack).toEqual(kill!.stack);
    // The handler was called by the kernel, in the place where the signal was sent.
    const below = write!.stack.slice(write!.stack.findIndex(({ symbol }) => symbol === 'handler') + 2);
    expect(below).toEqual(kill!.stack);
  });

  it('in threads, in a child of vfork', () => {
    const file = guest('stacks');
    const events = stacksOf(['-f', '-k', '-e', 'trace=write', '-e', 'signal=none'], [file, 't', 'v']);
    const written = events.filter(({ stack }) => stack.length > 0);
    expect(written.map((event) => own(event, file))).toEqual([
      expect.arrayContaining(['thread']),
      expect.arrayContaining(['main', '_start']),
    ]);
    // The stack of a thread ends where the thread began.
    expect(own(written[0]!, file)).not.toContain('main');
  });

  it('after its file has been deleted', () => {
    const file = compile('gone', ['-O1']);
    const copy = path.join(scratch(), 'copy');
    copyFileSync(file, copy);
    execFileSync('chmod', ['+x', copy]);
    const [write] = stacksOf(['-k', '-e', 'trace=write'], [copy, 'd']);
    expect(own(write!, `${copy} (deleted)`)).toContain('main');
    rmSync(copy, { force: true });
  });

  it('in one library, then in another in its place', () => {
    const libraries = ['one', 'two'].map((name) => {
      const source = path.join(scratch(), `${name}.c`);
      writeFileSync(
        source,
        `#include <unistd.h>\n${name === 'two' ? 'int more(int n) { return n * n; }\n' : ''}` +
          `static void ${name}(void) { if (write(1, "${name}\\n", 4) < 0) _exit(2); }\nvoid call(void) { ${name}(); }\n`,
      );
      return compile(`lib${name}.so`, ['-O0', '-shared', '-fPIC'], source);
    });
    const [one, two] = stacksOf(['-k', '-e', 'trace=write'], [guest('stacks'), 'l', ...libraries]);
    expect([own(one!, libraries[0]!), own(two!, libraries[1]!)]).toEqual([
      ['one', 'call'],
      ['two', 'call'],
    ]);
  });

  it.each([
    ['-gdwarf-4', ''],
    ['-gdwarf-5', '-gz'],
  ])('in which line of its source: %s %s', (version, compression) => {
    const file = compile('lines', ['-O0', version, ...(compression ? [compression] : [])]);
    const events = stacksOf(['-kk', '-e', 'trace=kill,write'], [file, 's']);
    const sources = (event: ShownEvent): unknown[] =>
      event.stack.filter((frame) => frame.file === file).map(({ source }) => source);
    expect(sources(events[0]!)).toEqual([...['innermost', 'deep', 'deep', 'deep', 'main'].map(line), undefined]);
    expect(sources(events[2]!).slice(0, 2)).toEqual(['said', 'handler'].map(line));
    expect(stacksOf(['-k', '-e', 'trace=kill'], [file, 's'])[0]!.stack.map(({ source }) => source)).not.toContain(
      line('deep'),
    );
  });

  it('where a fault was injected, without a trace too', async () => {
    const file = compile('faulty', ['-O0', '-g']);
    const { run } = await built<typeof Library>('index.js');
    const { ChaosConfig } = await built<typeof Full>('chaos-full.js');
    const chaos = ChaosConfig.fromJSON({ seed: 1, rules: [{ syscall: 'write', when: '1', error: 'EPERM' }] });
    const { faults } = await run(file, ['s'], { chaos, stackTraces: 'source' });
    const [fault] = faults as InjectedCallFault[];
    expect(fault!.stack!.filter((frame) => frame.file === file).slice(0, 2)).toMatchObject([
      { symbol: 'said', source: line('said') },
      { symbol: 'handler', source: line('handler') },
    ]);
    const { stderr } = renacer(['-k', '-e', 'inject=write:error=EPERM', '--', file, 's']);
    expect(stderr).toContain(`, in ${file}(said+0x`);
  });

  it('in a program that ran before (-p)', async () => {
    const child = started([guest('stacks'), 'w', 's']);
    const tracing = tracer(['-k', '-e', 'trace=kill', '-p', String(child.pid)]);
    await tracing.shows(/attached/);
    child.stdin!.end('\n');
    await tracing.ended();
    const kill = shownEvents(tracing.text()).find(({ name }) => name === 'kill')!;
    expect(own(kill, guest('stacks'))).toContain('main');
  });

  it('in events of the library', async () => {
    const { run } = await built<typeof Library>('index.js');
    const events: RunEvent[] = [];
    await run(guest('stacks'), ['s'], { trace: true, stackTraces: 'symbol', onEvent: (event) => events.push(event) });
    const kill = events.find((event) => event.type === 'syscall' && event.name === 'kill') as SyscallEvent;
    const signal = events.find((event) => event.type === 'signal');
    expect(kill.stack!.map(({ symbol }) => symbol)).toContain('main');
    expect(signal).toMatchObject({ signal: 'SIGUSR1', stack: kill.stack });
  });

  it('and no more of it than was asked for', () => {
    const args = ['-k', '--stack-trace-frame-limit=3', '-e', 'trace=kill'];
    expect(names(stacksOf(args, [guest('stacks'), 's'])[0]!)).toEqual(['kill', 'deep', 'deep']);
  });

  it('as JSON', () => {
    const output = path.join(scratch(), 'trace.json');
    const args = ['-k', '-i', '--format', 'json', '-o', output, '-e', 'trace=kill', guest('stacks'), 's'];
    expect(renacer(args)).toMatchObject({ status: 0, stderr: '' });
    const [record] = readFileSync(output, 'utf8')
      .split('\n')
      .filter((text) => text.includes('"stack"'))
      .map((text) => traceLineSchema.parse(JSON.parse(text)) as SyscallRecord);
    expect(record!.ip).toMatch(/^0x7f[0-9a-f]{10}$/);
    expect(record!.stack).toContainEqual({
      file: guest('stacks'),
      symbol: 'main',
      offset: expect.any(Number),
      address: expect.stringMatching(/^0x[0-9a-f]+$/),
      source: null,
    });
  });
});

describe('programs whose code is made at run time', () => {
  const pids: number[] = [];
  afterEach(() => {
    for (const pid of pids.splice(0)) rmSync(`/tmp/perf-${pid}.map`, { force: true });
  });

  /** The names that the map of the process gives to the stack of its write of this text. */
  function named(command: readonly string[], written: string): string[] {
    const events = stacksOf(['-f', '-k', '-e', 'trace=write'], command);
    pids.push(Number(/^\d+/.exec(events[0]!.line)?.[0]));
    const { stack } = events.find(({ line: text }) => text.includes(`"${written}\\n"`))!;
    return stack.filter(({ file }) => file.startsWith('/tmp/perf-')).map(({ symbol }) => symbol ?? '?');
  }

  it.each([[[]], [['--interpreted-frames-native-stack']]])('Node.js with --perf-basic-prof %j', (more) => {
    const file = path.join(scratch(), 'app.js');
    writeFileSync(
      file,
      "function inner() { require('fs').writeSync(1, 'here\\n'); }\nfunction outer() { inner(); }\nouter();\n",
    );
    const flags = ['--perf-basic-prof', '--no-logfile-per-isolate', '--logfile=-', ...more];
    const [write, inner, outer] = named([process.execPath, ...flags, file], 'here');
    expect(write).toContain('writeSync');
    expect(inner).toContain(`inner ${file}:1:`);
    expect(outer).toContain(`outer ${file}:2:`);
  });

  const major = spawnSync(PYTHON, ['-c', 'import sys; print(sys.version_info >= (3, 12))'], { encoding: 'utf8' });
  it.skipIf(major.stdout?.trim() !== 'True')('Python with -X perf (needs Python 3.12)', () => {
    const file = path.join(scratch(), 'app.py');
    writeFileSync(file, "import os\ndef inner(): os.write(1, b'here\\n')\ndef outer(): inner()\nouter()\n");
    expect(named([PYTHON, '-X', 'perf', file], 'here').slice(0, 3)).toEqual(
      ['inner', 'outer', '<module>'].map((name) => `py::${name}:${file}`),
    );
  });
});
