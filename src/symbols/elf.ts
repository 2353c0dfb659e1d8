import { inflateSync } from 'node:zlib';
import { ByteReader, unlessMalformed } from './byte-reader.ts';

/** Where the bytes of an object file come from: a file, or memory. */
export interface ByteSource {
  readonly size: number;
  /** A copy, or fewer bytes where the source ends. */
  read(offset: number, length: number): Uint8Array;
}

export interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

export interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
}

export const SHT_SYMTAB = 2;
export const SHT_NOBITS = 8;
export const SHT_DYNSYM = 11;
const SHF_COMPRESSED = 0x800;
const ELFCOMPRESS_ZLIB = 1;
const PT_LOAD = 1;
const PF_X = 1;

const ELF_MAGIC = 0x464c457f;
const ELFCLASS64 = 2;
const ELFDATA2LSB = 1;
const EHDR_BYTES = 64;
const SHDR_BYTES = 64;
const PHDR_BYTES = 56;
const CHDR_BYTES = 24;
const PAGE = 4096;

/** Larger sections are not what they seem. */
const MAX_BYTES = 512 * 1024 * 1024;

/** An object file of 64 bits, little-endian: see elf(5). It reads what is asked for, when it is asked for. */
export class Elf {
  readonly #source: ByteSource;
  readonly segments: readonly Segment[];
  readonly sections: readonly Section[];

  private constructor(source: ByteSource, segments: readonly Segment[], sections: readonly Section[]) {
    this.#source = source;
    this.segments = segments;
    this.sections = sections;
  }

  /** Undefined if this is no such file. One without headers of sections (or with broken ones) still has segments. */
  static open(source: ByteSource): Elf | undefined {
    return unlessMalformed(() => {
      const header = new ByteReader(source.read(0, EHDR_BYTES));
      if (header.u32() !== ELF_MAGIC || header.u8() !== ELFCLASS64 || header.u8() !== ELFDATA2LSB) return undefined;
      header.at = 32;
      const segmentsAt = header.u64();
      const sectionsAt = header.u64();
      header.at = 54;
      const [segmentBytes, segmentCount, sectionBytes, sectionCount, names] = [
        header.u16(),
        header.u16(),
        header.u16(),
        header.u16(),
        header.u16(),
      ];
      const segments = segmentBytes === PHDR_BYTES ? readSegments(source, segmentsAt, segmentCount) : [];
      const sections =
        sectionBytes === SHDR_BYTES
          ? unlessMalformed(() => readSections(source, sectionsAt, sectionCount, names))
          : undefined;
      return new Elf(source, segments, sections ?? []);
    });
  }

  section(name: string): Section | undefined {
    return this.sections.find((section) => section.name === name);
  }

  /** What a section holds, decompressed; undefined if it is not there. */
  bytes(section: Section | undefined): Uint8Array | undefined {
    if (section === undefined || section.type === SHT_NOBITS || section.size > MAX_BYTES) return undefined;
    const bytes = this.#source.read(section.offset, section.size);
    return section.flags & SHF_COMPRESSED ? decompressed(bytes) : bytes;
  }

  /** What lies at an address in memory, as far as the file has it. */
  bytesAt(address: number, length: number): Uint8Array | undefined {
    const segment = this.segments.find(
      (candidate) =>
        candidate.type === PT_LOAD && address >= candidate.address && address < candidate.address + candidate.fileSize,
    );
    if (segment === undefined) return undefined;
    const skipped = address - segment.address;
    return this.#source.read(segment.offset + skipped, Math.min(length, segment.fileSize - skipped, MAX_BYTES));
  }

  /** The address that code in a page of the file has before the file is moved to where it is loaded. */
  addressOf(offset: number): number | undefined {
    const code = this.segments.filter(({ type, flags }) => type === PT_LOAD && flags & PF_X);
    const segment = code.find(
      (candidate) =>
        offset >= candidate.offset - (candidate.offset % PAGE) && offset < candidate.offset + candidate.fileSize,
    );
    return segment && offset - segment.offset + segment.address;
  }
}

function readSegments(source: ByteSource, at: number, count: number): Segment[] {
  const reader = new ByteReader(source.read(at, count * PHDR_BYTES));
  return Array.from({ length: count }, () => {
    const [type, flags, offset, address] = [reader.u32(), reader.u32(), reader.u64(), reader.u64()];
    reader.skip(8);
    const fileSize = reader.u64();
    reader.skip(16);
    return { type, flags, offset, address, fileSize };
  });
}

function readSections(source: ByteSource, at: number, count: number, names: number): Section[] {
  const reader = new ByteReader(source.read(at, count * SHDR_BYTES));
  const headers = Array.from({ length: count }, () => {
    const [name, type, flags, address] = [reader.u32(), reader.u32(), reader.u64(), reader.u64()];
    const [offset, size, link] = [reader.u64(), reader.u64(), reader.u32()];
    reader.skip(20);
    return { name, type, flags, address, offset, size, link };
  });
  const { offset = 0, size = 0 } = headers[names] ?? {};
  const texts = source.read(offset, Math.min(size, MAX_BYTES));
  return headers.map((header) => ({ ...header, name: textAt(texts, header.name) }));
}

/** A name in a table of strings; empty if it is not there. */
export function textAt(texts: Uint8Array, at: number): string {
  const end = texts.indexOf(0, at);
  return end < 0 ? '' : Buffer.from(texts.buffer, texts.byteOffset + at, end - at).toString();
}

function decompressed(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < CHDR_BYTES || new ByteReader(bytes).u32() !== ELFCOMPRESS_ZLIB) return undefined;
  try {
    return inflateSync(bytes.subarray(CHDR_BYTES), { maxOutputLength: MAX_BYTES });
  } catch {
    return undefined;
  }
}
