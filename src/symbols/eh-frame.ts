import { ByteReader, unlessMalformed } from './byte-reader.ts';
import type { Elf } from './elf.ts';
import { DW_EH_PE_omit, encodedPointer, encodedValue } from './encoded-pointer.ts';

/** What frames have in common (a CIE of DWARF), as far as finding a caller needs it. */
interface CommonInformation {
  readonly codeAlignment: number;
  readonly dataAlignment: number;
  readonly returnColumn: number;
  readonly isSignalFrame: boolean;
  readonly instructions: Uint8Array;
}

/** How the frame of a stretch of code is laid out (an FDE of DWARF). */
export interface FrameDescription extends CommonInformation {
  /** The addresses that it is about: from `begin` up to `end`. */
  readonly begin: number;
  readonly end: number;
  readonly initialInstructions: Uint8Array;
}

interface Cie extends CommonInformation {
  readonly pointerEncoding: number;
  readonly hasAugmentationData: boolean;
}

const PT_GNU_EH_FRAME = 0x6474e550;
/** .eh_frame_hdr: version, three encodings; then a pointer and a count; then pairs of an address and where its FDE is. */
const SORTED_TABLE = 0x3b;

/**
 * The tables by which the caller of any code is found: .eh_frame, and .eh_frame_hdr to search it. See the Linux Standard
 * Base, "Exception Frames", and chapter 6.4 of DWARF. Addresses are those in the file.
 */
export class EhFrame {
  readonly #frames: Uint8Array;
  readonly #address: number;
  /** Sorted: begin of the code, address of the description, relative to {@link #tableBase}. */
  readonly #table: Int32Array;
  readonly #tableBase: number;

  private constructor(frames: Uint8Array, address: number, table: Int32Array, tableBase: number) {
    this.#frames = frames;
    this.#address = address;
    this.#table = table;
    this.#tableBase = tableBase;
  }

  /** Undefined if the file has none. */
  static of(elf: Elf): EhFrame | undefined {
    return unlessMalformed(() => EhFrame.#withTable(elf)) ?? unlessMalformed(() => EhFrame.#withoutTable(elf));
  }

  /** By .eh_frame_hdr, which is sorted. */
  static #withTable(elf: Elf): EhFrame | undefined {
    const header = elf.segments.find(({ type }) => type === PT_GNU_EH_FRAME);
    const base = header?.address ?? 0;
    const bytes = header && elf.bytesAt(base, header.fileSize);
    if (bytes === undefined) return undefined;
    const reader = new ByteReader(bytes, 1);
    const [frameEncoding, countEncoding, tableEncoding] = [reader.u8(), reader.u8(), reader.u8()];
    if (countEncoding === DW_EH_PE_omit || tableEncoding !== SORTED_TABLE) return undefined;
    const address = encodedPointer(reader, frameEncoding, base, base);
    const count = encodedPointer(reader, countEncoding, base, base);
    const table = new Uint8Array(reader.take(count * 8));
    // Without headers of sections it is not known where they end: they lie in the same segment.
    const size = elf.section('.eh_frame')?.size ?? Number.POSITIVE_INFINITY;
    const frames = elf.bytesAt(address, size);
    return frames && new EhFrame(frames, address, new Int32Array(table.buffer), base);
  }

  /** Programs that are linked statically have no such header. */
  static #withoutTable(elf: Elf): EhFrame | undefined {
    const section = elf.section('.eh_frame');
    const frames = elf.bytes(section);
    if (section === undefined || frames === undefined) return undefined;
    const { address } = section;
    const all = new EhFrame(frames, address, new Int32Array(), address).#all();
    const table = all.sort((a, b) => a.begin - b.begin).flatMap(({ begin, place }) => [begin - address, place]);
    return new EhFrame(frames, address, Int32Array.from(table), address);
  }

  /** What is said of the code at an address; undefined if nothing is. */
  find(address: number): FrameDescription | undefined {
    const wanted = address - this.#tableBase;
    let low = 0;
    let high = this.#table.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#table[2 * middle]! <= wanted) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return undefined;
    const place = this.#table[2 * low - 1]! + this.#tableBase - this.#address;
    const description = unlessMalformed(() => this.#description(place));
    return description && address >= description.begin && address < description.end ? description : undefined;
  }

  #all(): { begin: number; place: number }[] {
    const found: { begin: number; place: number }[] = [];
    for (let place = 0; place < this.#frames.length; ) {
      const { reader } = this.#entry(place);
      if (reader.isAtEnd) break;
      const { begin } = (reader.u32() !== 0 && unlessMalformed(() => this.#description(place))) || {};
      if (begin !== undefined) found.push({ begin, place });
      place = reader.end;
    }
    return found;
  }

  #description(place: number): FrameDescription {
    const { reader, start } = this.#entry(place);
    const cie = this.#cie(start - reader.u32());
    const begin = encodedPointer(reader, cie.pointerEncoding, this.#address);
    const end = begin + encodedValue(reader, cie.pointerEncoding);
    if (cie.hasAugmentationData) reader.skip(reader.uleb());
    const instructions = reader.take(reader.end - reader.at);
    return { ...cie, begin, end, instructions, initialInstructions: cie.instructions };
  }

  #cie(place: number): Cie {
    const { reader } = this.#entry(place);
    if (reader.u32() !== 0) throw new RangeError('not a CIE');
    const version = reader.u8();
    const augmentation = reader.text();
    const codeAlignment = reader.uleb();
    const dataAlignment = reader.sleb();
    const returnColumn = version === 1 ? reader.u8() : reader.uleb();
    const hasAugmentationData = augmentation.startsWith('z');
    let pointerEncoding = 0;
    if (hasAugmentationData) {
      const length = reader.uleb();
      const after = reader.at + length;
      for (const letter of augmentation.slice(1)) {
        if (letter === 'R') pointerEncoding = reader.u8();
        else if (letter === 'L') reader.skip(1);
        else if (letter === 'P') encodedValue(reader, reader.u8());
      }
      reader.at = after;
    }
    return {
      codeAlignment,
      dataAlignment,
      returnColumn,
      pointerEncoding,
      hasAugmentationData,
      isSignalFrame: augmentation.includes('S'),
      instructions: reader.take(reader.end - reader.at),
    };
  }

  /** A reader behind the length of an entry; `start` is where the reader stands. */
  #entry(place: number): { reader: ByteReader; start: number } {
    const head = new ByteReader(this.#frames, place);
    let length = head.u32();
    if (length === 0xffffffff) length = head.u64();
    return { reader: new ByteReader(this.#frames, head.at, head.at + length), start: head.at };
  }
}
