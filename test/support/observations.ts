import type { Observation, Output, TreeChange, TreeEntry } from '../../src/model/sweep.ts';

export function output(text: string): Output {
  const bytes = Buffer.from(text, 'latin1');
  return { bytes, length: bytes.length, digest: text };
}

export function file(digest: string, made: Partial<TreeEntry> = {}): TreeEntry {
  return { type: 'file', mode: 0o644, size: digest.length, digest, mtimeMs: 1, ...made };
}

/** A file that was not there before. */
export function written(path: string, digest = 'x', made: Partial<TreeEntry> = {}): TreeChange {
  return { path, before: undefined, after: file(digest, made) };
}

/** A run that exits with 0, says nothing and changes nothing. */
export function observation(made: Partial<Observation> = {}): Observation {
  return {
    end: { kind: 'exited', status: 0 },
    injected: 0,
    stdout: output(''),
    stderr: output(''),
    changes: [],
    changesOutside: [],
    deaths: [],
    leftRunning: [],
    denied: [],
    verify: undefined,
    verifyAlways: undefined,
    served: undefined,
    contents: {},
    recorded: { programs: [], stacks: [], calls: [] },
    durationMs: 10,
    ...made,
  } as Observation;
}
