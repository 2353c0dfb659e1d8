import { constantText } from './constant-style.ts';

const NAMES =
  'SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGPWR SIGSYS'.split(
    ' ',
  );

const ALIASES: Readonly<Record<string, string>> = { SIGIOT: 'SIGABRT', SIGPOLL: 'SIGIO', SIGCLD: 'SIGCHLD' };

/** The kernel's first real-time signal; glibc keeps it and the next for itself. */
const SIGRTMIN = 32;
const SIGRTMAX = 64;

const names: (string | undefined)[] = [undefined, ...NAMES, 'SIGRTMIN'];
for (let signal = SIGRTMIN + 1; signal <= SIGRTMAX; signal++) names[signal] = `SIGRT_${signal - SIGRTMIN}`;

const numbers = new Map<string, number>();
names.forEach((name, signal) => {
  if (name !== undefined) numbers.set(name, signal);
});
for (const [alias, name] of Object.entries(ALIASES)) numbers.set(alias, numbers.get(name)!);

/** The name of a signal as strace prints it: `SIGUSR1`, `SIGRT_3`; a number that is no signal stays one. */
export function signalName(signal: number): string {
  return names[signal] ?? String(signal);
}

/** The same of signals alone, from 1 to 64: undefined for every other number. */
export function signalNameOf(signal: number): string | undefined {
  return names[signal];
}

/** The same for an argument or a field, in the style that is asked for (`-X`). */
export function signalText(signal: number): string {
  return constantText(String(signal), names[signal]);
}

/** The number of a signal by its name, with or without `SIG`, in any case (`SIGTERM`, `term`, `SIGRT_1`). */
export function signalNumber(name: string): number | undefined {
  const upper = name.toUpperCase();
  return numbers.get(upper) ?? numbers.get(`SIG${upper}`);
}

/** A signal set as strace prints it: `[INT TERM]`, or `~[KILL]` when at least two thirds of it are set. */
export function signalSetText(low: number, high: number): string {
  const inverted = bitCount(low) + bitCount(high) >= 42;
  if (inverted) {
    low = ~low;
    high = ~high;
  }
  const members: string[] = [];
  for (let bit = 0; bit < 64; bit++) {
    const word = bit < 32 ? low : high;
    if ((word >>> (bit & 31)) & 1) members.push(constantText(String(bit + 1), names[bit + 1]!.slice(3)));
  }
  return `${inverted ? '~' : ''}[${members.join(' ')}]`;
}

function bitCount(word: number): number {
  let count = 0;
  for (; word !== 0; word &= word - 1) count++;
  return count;
}
