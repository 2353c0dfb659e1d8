import { describe, expect, it } from 'vitest';
import type { TraceEvent } from '../../../src/model/trace-event.ts';
import { StraceText } from '../../../src/report/strace-text.ts';
import { entryOf, exitOf, type MadeCall, struct } from '../../support/made-calls.ts';

const READ: MadeCall = { name: 'read', args: [0, 0x1000, 10], exit: { 1: 'abc' }, result: 3 };
const CLOSE: MadeCall = { name: 'close', args: [3] };
const EXIT: MadeCall = { name: 'exit_group', args: [0] };
const both = (call: MadeCall): TraceEvent[] => [entryOf(call), exitOf(call)];
const base = (tid: number) => ({ tid, lineage: '0', time: 0 });
const end = (tid: number, more = {}): TraceEvent => ({
  ...base(tid),
  kind: 'task-end',
  exitStatus: 0,
  signal: undefined,
  coreDumped: false,
  ...more,
});
const siginfo = Buffer.concat([
  struct(['u32', 10], ['u32', 0], ['u32', -6], ['u32', 0], ['u32', 7], ['u32', 0]),
  new Uint8Array(104),
]);

function lines(events: readonly (TraceEvent | 'idle')[], options = {}): string {
  let text = '';
  const trace = new StraceText({
    write: (part) => {
      text += part;
    },
    stringLimit: 32,
    followed: true,
    toFile: true,
    ...options,
  });
  for (const event of events) event === 'idle' ? trace.idle() : trace.event(event);
  trace.end();
  return text;
}

describe('lines', () => {
  it('align results, whatever else the line says', () => {
    expect(lines([...both(READ), ...both({ ...CLOSE, errno: 9 }), end(100)], { followed: false })).toBe(
      'read(0, "abc", 10)                      = 3\n' +
        'close(3)                                = -1 EBADF (Bad file descriptor)\n' +
        '+++ exited with 0 +++\n',
    );
  });

  it('are cut short and resumed when another task comes between', () => {
    expect(lines([entryOf({ ...READ, tid: 7 }), ...both({ ...CLOSE, tid: 12345 }), exitOf({ ...READ, tid: 7 })])).toBe(
      '7     read(0 <unfinished ...>\n' +
        '12345 close(3)                          = 0\n' +
        '7     <... read resumed>, "abc", 10)    = 3\n',
    );
  });

  it('name the process on a terminal only while there are several', () => {
    const events = [...both(CLOSE), ...both({ ...CLOSE, tid: 101 }), end(101), ...both(CLOSE)];
    expect(lines(events, { toFile: false })).toBe(
      'close(3)                                = 0\n' +
        '[pid   101] close(3)                    = 0\n' +
        '[pid   101] +++ exited with 0 +++\n' +
        'close(3)                                = 0\n',
    );
  });

  it('show a call that blocks, once', () => {
    let shown = '';
    const trace = new StraceText({
      write: (text) => {
        shown += text;
      },
      stringLimit: 32,
      followed: false,
      toFile: false,
    });
    trace.event(entryOf(READ));
    trace.idle();
    trace.idle();
    expect(shown).toBe('read(0');
    trace.event(exitOf(READ));
    expect(shown).toBe('read(0, "abc", 10)                      = 3\n');
  });

  it('tell signals, stops and ends', () => {
    const events: TraceEvent[] = [
      { ...base(100), kind: 'signal', signal: 10, siginfo, injected: false },
      { ...base(100), kind: 'group-stop', signal: 20 },
      { ...base(100), kind: 'exec-supersede', formerTid: 101 },
      end(100, { signal: 11, exitStatus: undefined, coreDumped: true }),
    ];
    expect(lines(events, { followed: false })).toBe(
      '--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_TKILL, si_pid=7, si_uid=0} ---\n' +
        '--- stopped by SIGTSTP ---\n' +
        '+++ superseded by execve in pid 101 +++\n' +
        '+++ killed by SIGSEGV (core dumped) +++\n',
    );
  });

  it('mark what was done on purpose', () => {
    expect(lines(both({ ...CLOSE, errno: 5, injected: true, delayed: true }), { followed: false })).toBe(
      'close(3)                                = -1 EIO (Input/output error) (INJECTED) (DELAYED)\n',
    );
  });

  it('name the call that restart_syscall goes on with', () => {
    const slept: MadeCall = { name: 'nanosleep', args: [0x1000, 0x2000], errno: 516 };
    const text = lines([...both(slept), ...both({ name: 'restart_syscall', result: 0 })]);
    expect(text).toContain('restart_syscall(<... resuming interrupted nanosleep ...>) = 0');
    expect(lines(both({ name: 'restart_syscall' }))).toContain('resuming interrupted system call');
  });

  it('end with a question mark where the task ended inside the call', () => {
    const ended = [...both({ ...EXIT, returned: false }), ...both({ ...READ, returned: false })];
    expect(lines(ended, { followed: false })).toBe(
      'exit_group(0)                           = ?\n' + 'read(0 <unfinished ...>)                = ?\n',
    );
  });

  it('go on under the new id after execve in a thread', () => {
    const execve: MadeCall = { name: 'execve', args: [0, 0, 0], tid: 101 };
    const supersede: TraceEvent = { ...base(100), kind: 'exec-supersede', formerTid: 101 };
    expect(lines([entryOf(execve), supersede, exitOf({ ...execve, tid: 100 })])).toBe(
      '101   execve(NULL, NULL, NULL <pid changed to 100 ...>\n' +
        '100   +++ superseded by execve in pid 101 +++\n' +
        '100   <... execve resumed>)             = 0\n',
    );
  });
});

describe('where a call was made', () => {
  const stack = [
    { file: '/lib/libc.so.6', symbol: '__write', offset: 0x14, address: 0xf7d44, source: undefined },
    { file: '/bin/prog', symbol: 'main', offset: 0x1f, address: 0x1139, source: '/src/main.c:12' },
    { file: '[anon]', symbol: undefined, offset: 0, address: 0x7f0000001000, source: undefined },
  ];
  const located = { instructionPointer: 0x7f1b2c3d4e5f, stack };
  const at = (event: TraceEvent): TraceEvent => ({ ...event, ...located });
  const STACK = [
    ' > /lib/libc.so.6(__write+0x14) [0xf7d44]',
    ' > /bin/prog(main+0x1f) [0x1139] /src/main.c:12',
    ' > [anon]() [0x7f0000001000]',
  ]
    .map((text) => `${text}\n`)
    .join('');

  it('stands below the line that ends the call, and below signals and stops', () => {
    const [entry, exit] = both({ ...CLOSE, tid: 7 }).map(at);
    const signal: TraceEvent = { ...base(7), kind: 'signal', signal: 10, siginfo, injected: false };
    const stop: TraceEvent = { ...base(7), kind: 'group-stop', signal: 19 };
    expect(lines([entry!, ...both({ ...CLOSE, tid: 8 }), exit!, at(signal), at(stop)])).toBe(
      '7     close(3 <unfinished ...>\n' +
        '8     close(3)                          = 0\n' +
        `7     <... close resumed>)              = 0\n${STACK}` +
        `7     --- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_TKILL, si_pid=7, si_uid=0} ---\n${STACK}` +
        `7     --- stopped by SIGSTOP ---\n${STACK}`,
    );
  });

  it('is an address before the line, and question marks where there is none', () => {
    const options = { followed: false, instructionPointers: true };
    expect(lines([...both(CLOSE).map((event) => ({ ...at(event), stack: undefined })), end(100)], options)).toBe(
      '[00007f1b2c3d4e5f] close(3)             = 0\n[????????????????] +++ exited with 0 +++\n',
    );
  });
});
