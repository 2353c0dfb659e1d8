import { createHash } from 'node:crypto';
import type { CleanResults, Mask } from '../../../../../src/campaign/sweep/clean-results.ts';
import type { CheckResult, Observation, Output, TreeChange, TreeEntry } from '../../../../../src/model/sweep.ts';

/** Observations as a worker makes them, for tests of the judge. */
export function observed(parts: Partial<Observation> = {}): Observation {
  return {
    end: { kind: 'exited', status: 0 },
    injected: 1,
    stdout: output(''),
    stderr: output(''),
    changes: [],
    changesOutside: [],
    deaths: [],
    struck: [],
    leftRunning: [],
    denied: [],
    verify: undefined,
    verifyAlways: undefined,
    served: undefined,
    contents: {},
    recorded: undefined,
    durationMs: 3,
    ...parts,
  };
}

export function exited(status: number): Observation['end'] {
  return { kind: 'exited', status };
}

export function output(text: string): Output {
  const bytes = Buffer.from(text);
  return { bytes, length: bytes.length, digest: sha1(text) };
}

export function file(text: string, mode = 0o644): TreeEntry {
  return { type: 'file', mode, size: Buffer.byteLength(text), digest: sha1(text), mtimeMs: 1000 };
}

/** A change from one text to another; undefined for a file that is not there. */
export function changed(path: string, before: string | undefined, after: string | undefined): TreeChange {
  return {
    path,
    before: before === undefined ? undefined : file(before),
    after: after === undefined ? undefined : file(after),
    ...(before !== undefined && after?.startsWith(before) && after !== before ? { grown: true } : {}),
  };
}

export function check(status: number, said = ''): CheckResult {
  return { passed: status === 0, status, timedOut: false, output: said };
}

export const NO_MASK: Mask = { text: (_, text) => text, changes: (changes) => changes };

export function clean(parts: Partial<Observation> = {}, mask: Mask = NO_MASK): CleanResults {
  return { observation: observed({ injected: 0, ...parts }), mask, stable: ['stdout', 'stderr', 'client'] };
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
