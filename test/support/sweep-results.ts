import type { StackFrame } from '../../src/model/stack-frame.ts';
import type { SweepFinding } from '../../src/model/sweep.ts';
import type { SweepResult } from '../../src/model/sweep-result.ts';

export function frame(file: string, symbol: string | undefined, address: number, source?: string): StackFrame {
  return { file, symbol, offset: symbol === undefined ? 0 : 0x1c, address, source };
}

/** Made up, after one of zip 3.0. */
export function sweepFinding(more: Partial<SweepFinding> = {}): SweepFinding {
  return {
    id: '5d1f03ab',
    class: 'corrupted',
    title: 'zip takes a failed read for the end of the file',
    count: 17,
    confirmed: { tried: 3, shown: 3 },
    syscall: 'read',
    error: 'EIO',
    way: 'once',
    program: '/usr/bin/zip',
    stack: [frame('/lib/x86_64-linux-gnu/libc.so.6', 'read', 0xf7d40), frame('/usr/bin/zip', undefined, 0xa4c2)],
    case: {
      id: 'c0ffee',
      faults: [{ task: '0', syscall: 'read', ordinal: 13, way: 'once', fault: 'error=EIO', site: 's1', occurrence: 1 }],
    },
    verdict: {
      class: 'corrupted',
      reason: 'it exits with 0, and its files are not those of a good run',
      evidence: ['backup.zip: 158 bytes, a good run 1702', 'notes.txt: gone'],
      notes: [],
    },
    reaction: ['unlink("notes.txt") = 0', 'exit status 0'],
    also: ['read EISDIR at zip+0xa4c2'],
    replay: '/home/me/.local/state/renacer/findings/5d1f03ab.jsonl',
    again: 'renacer replay /home/me/.local/state/renacer/findings/5d1f03ab.jsonl',
    ...more,
  };
}

export function sweepResult(more: Partial<SweepResult> = {}): SweepResult {
  return {
    command: ['zip', '-qm', 'backup.zip', 'notes.txt'],
    plan: 'a5'.repeat(20),
    findings: [sweepFinding()],
    sites: { found: 71, swept: 69, handlers: 12 },
    cases: 471,
    runs: 1412,
    classes: {
      tolerated: 24,
      graceful: 430,
      corrupted: 17,
      damaged: 0,
      crashed: 0,
      hung: 0,
      spinning: 0,
      silent: 0,
    },
    notTried: [{ what: 'sites', count: 2, why: 'not reached again' }],
    unconfirmed: [],
    leftovers: [{ what: 'temporary file ziXXXXXX', count: 31 }],
    notes: ['stands still: the clock'],
    durationMs: 2310,
    casesPerSecond: 930.4,
    cut: undefined,
    ...more,
  };
}
