import type { ByteReader } from './byte-reader.ts';

/** DW_EH_PE_*: how a pointer in .eh_frame is written. The low four bits are its format, the next three what it is relative to. */
export const DW_EH_PE_omit = 0xff;
const FORMAT = 0x0f;
const RELATIVE_TO = 0x70;
const DW_EH_PE_pcrel = 0x10;
const DW_EH_PE_datarel = 0x30;

/**
 * Reads a pointer. `base` is the address of the reader's first byte, `dataBase` what data-relative ones count from.
 * An indirect one is the address of where it stands. Throws RangeError for encodings that x86-64 does not use.
 */
export function encodedPointer(reader: ByteReader, encoding: number, base: number, dataBase = 0): number {
  const place = base + reader.at;
  const value = encodedValue(reader, encoding);
  switch (encoding & RELATIVE_TO) {
    case 0:
      return value;
    case DW_EH_PE_pcrel:
      return place + value;
    case DW_EH_PE_datarel:
      return dataBase + value;
    default:
      throw new RangeError(`pointer encoding ${encoding}`);
  }
}

/** The same without what it is relative to: a length. */
export function encodedValue(reader: ByteReader, encoding: number): number {
  switch (encoding & FORMAT) {
    case 0x00:
    case 0x04:
      return reader.u64();
    case 0x01:
      return reader.uleb();
    case 0x02:
      return reader.u16();
    case 0x03:
      return reader.u32();
    case 0x09:
      return reader.sleb();
    case 0x0a:
      return reader.i16();
    case 0x0b:
      return reader.i32();
    case 0x0c:
      return reader.i64();
    default:
      throw new RangeError(`pointer encoding ${encoding}`);
  }
}
