import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { userInfo } from 'node:os';
import path from 'node:path';

/**
 * V8's code of a bundle, kept in a file: beside the bundle, where the build puts that of its own Node.js, or in the user's cache. It is
 * good for one version of Node.js, one of V8, one processor, one libc and the same flags only, and V8 does not notice all of that: so its
 * name has them.
 */
export interface KeptCode {
  readonly data: Buffer;
  /** How many more runs are to add what they use: 0 where it was built. */
  readonly runsLeft: number;
}

/** The last byte of a file says how many runs are left. */
const COUNT_BYTES = 1;
/** So many runs add to code that was not shipped: each uses other functions. */
const RUNS_THAT_ADD = 4;
/** Enough of a program to find the name of its loader. */
const HEAD_BYTES = 4096;
const WRITABLE_BY_OTHERS = 0o022;

let tag: string | undefined;

/** Which Node.js it is: `v20.20.2-11.3.244.8-node.33-x64-gnu`. */
export function nodeTag(): string {
  tag ??= [process.version, process.versions.v8, process.arch, libcOf(process.execPath), ...flags()].join('-');
  return tag;
}

/**
 * Where there are flags, V8's own number for those that it cares for; to ask for it takes 2 ms. Threads of ours are told what this process
 * was given (src/linux/thread-ahead.ts).
 */
function flags(): number[] {
  const { RENACER_NODE_FLAGS, NODE_OPTIONS = '' } = process.env;
  const given = RENACER_NODE_FLAGS ?? [...process.execArgv, NODE_OPTIONS].join(' ').trim();
  if (given === '') return [];
  const { cachedDataVersionTag } = createRequire(import.meta.url)('node:v8') as typeof import('node:v8');
  return [cachedDataVersionTag()];
}

/** Where the build keeps the code of a bundle. */
export function codeFile(file: string): string {
  return `${file}.${nodeTag()}.code`;
}

export function keptCode(file: string): KeptCode | undefined {
  return readCode(codeFile(file), false) ?? readCode(cacheFile(file), true);
}

/** Keeps the code that a run has made. Where nothing can be written, every run makes it anew. */
export function keepCode(file: string, data: Buffer, runsLeft: number): void {
  const content = Buffer.concat([data, Buffer.of(runsLeft)]);
  if (writeCode(codeFile(file), content)) return;
  const cached = cacheFile(file);
  if (cached !== undefined && makeDirectory(path.dirname(cached))) writeCode(cached, content);
}

/** How many runs are to add to code that was found, or was not. */
export function runsThatAdd(kept: KeptCode | undefined): number {
  return kept?.runsLeft ?? RUNS_THAT_ADD;
}

function readCode(file: string | undefined, mustBeOurs: boolean): KeptCode | undefined {
  if (file === undefined) return undefined;
  try {
    const fd = openSync(file, 'r');
    try {
      const { uid, mode } = fstatSync(fd);
      if (mustBeOurs && (uid !== process.geteuid?.() || (mode & WRITABLE_BY_OTHERS) !== 0)) return undefined;
      const content = readFileSync(fd);
      return { data: content.subarray(0, -COUNT_BYTES), runsLeft: content.at(-1) ?? 0 };
    } finally {
      closeSync(fd);
    }
  } catch {
    // Not there, or not to be read: it is made anew.
    return undefined;
  }
}

/** The user's cache is made if need be; the package, if somebody has removed it meanwhile, is not. */
function makeDirectory(directory: string): boolean {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return true;
  } catch {
    // There is no home, or it takes no files.
    return false;
  }
}

/** In one step, since others may read it at the same time. False if it can't be written. */
function writeCode(file: string, content: Buffer): boolean {
  try {
    const unfinished = `${file}.${process.pid}`;
    writeFileSync(unfinished, content, { mode: 0o644 });
    renameSync(unfinished, file);
    return true;
  } catch {
    return false;
  }
}

/** In the user's cache: for one file as it is now. Undefined if there is no such user. */
function cacheFile(file: string): string | undefined {
  try {
    const directory = process.env.XDG_CACHE_HOME || path.join(userInfo().homedir, '.cache');
    const { size, mtimeMs } = statSync(file);
    return path.join(directory, 'renacer', `${encodeURIComponent(file)}-${size}-${mtimeMs}-${nodeTag()}`);
  } catch {
    return undefined;
  }
}

/** By the loader that the program names. */
function libcOf(program: string): string {
  const head = Buffer.alloc(HEAD_BYTES);
  try {
    const fd = openSync(program, 'r');
    readSync(fd, head, 0, HEAD_BYTES, 0);
    closeSync(fd);
  } catch {
    // Without /proc, or replaced meanwhile.
    return 'unknown';
  }
  if (head.includes('ld-musl')) return 'musl';
  return head.includes('ld-linux') ? 'gnu' : 'static';
}
