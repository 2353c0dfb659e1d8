import { closeSync, openSync, readSync } from 'node:fs';

/** The kernel's own description of its types. See Documentation/bpf/btf.rst. */
const FILE = '/sys/kernel/btf/vmlinux';

const HEADER_BYTES = 24;
/** Words of struct btf_header. */
const HEADER = { length: 1, typesAt: 2, typesLength: 3, stringsAt: 4, stringsLength: 5 } as const;
/** What is used everywhere is described first; to read all of the description takes 20 ms. */
const FIRST_BYTES = 128 * 1024;

/** Words of struct btf_type before what depends on its kind. */
const TYPE_WORDS = 3;
const STRUCT = 4;
const MEMBER_WORDS = 3;

/** Words that follow a type, by its kind: some once, some for each of its members. */
const WORDS_ONCE: readonly number[] = [0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0];
const WORDS_EACH: readonly number[] = [0, 0, 0, 0, 3, 3, 2, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0, 0, 0, 3];

interface Types {
  readonly words: Uint32Array;
  readonly strings: Buffer;
}

/**
 * Offsets in bytes of members of a kernel structure, by their names; undefined if this kernel says nothing about its
 * types, or has no such members.
 */
export function memberOffsets<Name extends string>(
  structure: string,
  names: readonly Name[],
): Readonly<Record<Name, number>> | undefined {
  let fd: number;
  try {
    fd = openSync(FILE, 'r');
  } catch {
    return undefined;
  }
  try {
    return offsetsIn(readTypes(fd, FIRST_BYTES), structure, names) ?? offsetsIn(readTypes(fd), structure, names);
  } finally {
    closeSync(fd);
  }
}

/** Types and their names, at most so many bytes of each. */
function readTypes(fd: number, limit: number = Number.POSITIVE_INFINITY): Types {
  const header = wordsOf(readPart(fd, 0, HEADER_BYTES));
  const start = header[HEADER.length]!;
  const part = (at: number, length: number): Buffer =>
    readPart(fd, start + header[at]!, Math.min(header[length]!, limit));
  return {
    words: wordsOf(part(HEADER.typesAt, HEADER.typesLength)),
    strings: part(HEADER.stringsAt, HEADER.stringsLength),
  };
}

function offsetsIn<Name extends string>(
  { words, strings }: Types,
  structure: string,
  names: readonly Name[],
): Record<Name, number> | undefined {
  const nameAt = (text: string): number => strings.indexOf(`\0${text}\0`) + 1;
  const type = findStruct(words, nameAt(structure));
  if (type === undefined) return undefined;
  const offsets = memberTable(words, type);
  const found = names.map((name) => [name, offsets.get(nameAt(name))] as const);
  if (found.some(([, offset]) => offset === undefined)) return undefined;
  return Object.fromEntries(found) as Record<Name, number>;
}

/** The word at which the structure with this name begins. */
function findStruct(words: Uint32Array, nameAt: number): number | undefined {
  for (let word = 0; word + TYPE_WORDS <= words.length; ) {
    const info = words[word + 1]!;
    const kind = (info >>> 24) & 0x1f;
    if (kind === STRUCT && words[word] === nameAt) return word;
    word += TYPE_WORDS + WORDS_ONCE[kind]! + WORDS_EACH[kind]! * (info & 0xffff);
  }
  return undefined;
}

/** Offsets of the members by where their names stand. */
function memberTable(words: Uint32Array, type: number): Map<number, number> {
  const info = words[type + 1]!;
  const hasBitfields = info >>> 31 === 1;
  const table = new Map<number, number>();
  for (let i = 0; i < (info & 0xffff); i++) {
    const member = type + TYPE_WORDS + i * MEMBER_WORDS;
    const bits = words[member + 2] ?? 0;
    table.set(words[member] ?? 0, (hasBitfields ? bits & 0xffffff : bits) >> 3);
  }
  return table;
}

function readPart(fd: number, position: number, length: number): Buffer {
  const part = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const count = readSync(fd, part, done, length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return part;
}

function wordsOf(bytes: Buffer): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
}
