import { takeWatchHit, watchMemory } from './debug-registers.ts';
import { Launcher } from './launcher.ts';
import { SystemCallError } from './libc.ts';
import { ENCODED_REGISTERS, PTRACE_CONT, PTRACE_O_EXITKILL, PTRACE_O_TRACEEXEC, Ptrace } from './ptrace.ts';
import { sendSignal } from './signals.ts';
import { Waiter } from './wait.ts';
import { isStopped } from './wait-status.ts';

const SIGKILL = 9;
const RSP = 4;
const WORD = 8;

/**
 * Watches what the first instructions of a program put on its stack, and kills it. Returns why that can't be done; undefined if it can:
 * some virtual machines take what is to be watched, and never say that it was met.
 */
export function tryDebugRegisters(): string | undefined {
  const file = process.execPath;
  const stdio = [undefined, undefined, undefined] as const;
  const plain = { env: [], cwd: undefined, inheritedFds: [], rlimits: [], filter: undefined, noNewPrivileges: false };
  const launcher = new Launcher({ file, argv: [file], stdio, ...plain });
  const gated = launcher.start();
  const ptrace = new Ptrace();
  try {
    ptrace.seize(gated.pid, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC);
  } catch (error) {
    gated.abandon();
    launcher.free();
    return messageOf(error);
  }
  const waiter = new Waiter();
  gated.open();
  waiter.task(gated.pid);
  gated.finish(true);
  try {
    return refusalFor(gated.pid, ptrace, waiter);
  } catch (error) {
    return messageOf(error);
  } finally {
    sendSignal(gated.pid, SIGKILL);
    while (waiter.task(gated.pid) !== 0 && isStopped(waiter.status));
    launcher.free();
    waiter.free();
  }
}

/** At its exec stop. */
function refusalFor(pid: number, ptrace: Ptrace, waiter: Waiter): string | undefined {
  const stack = ptrace.registers(pid)?.[ENCODED_REGISTERS[RSP]!];
  if (stack === undefined) return 'the program that was to be watched has ended';
  watchMemory(pid, [{ address: Number(stack) - WORD, size: WORD }]);
  ptrace.resume(PTRACE_CONT, pid);
  waiter.task(pid);
  return isStopped(waiter.status) && takeWatchHit(pid) === 0 ? undefined : 'the processor does not tell what it meets';
}

function messageOf(error: unknown): string {
  if (error instanceof SystemCallError) return error.message;
  throw error;
}
