import path from 'node:path';
import { ByteReader } from './byte-reader.ts';
import { textAt } from './elf.ts';

/** One row of the table that a line program makes. */
export interface LineRow {
  address: number;
  file: number;
  line: number;
}

/** A program of .debug_line, for the sources of one unit. */
export interface LineProgram {
  /** Names of sources, by the numbers that rows have. */
  readonly files: readonly string[];
  /** Where its instructions are. */
  readonly start: number;
  readonly end: number;
  /** Follows it from where the reader stands to the end of a sequence; returns the address of that. `row` is used again. */
  run(reader: ByteReader, onRow: (row: LineRow) => void): number;
}

/** What opcodes are computed with. */
interface Header {
  readonly instructionLength: number;
  readonly lineBase: number;
  readonly lineRange: number;
  /** How many operands each of the standard opcodes has. */
  readonly operands: readonly number[];
}

const NEWEST_VERSION = 5;

/** Reads the header of the program at an offset of .debug_line; `names` is .debug_line_str. Throws RangeError if it is malformed. */
export function readLineProgram(lines: Uint8Array, at: number, names: Uint8Array): LineProgram {
  const head = new ByteReader(lines, at);
  let offsetBytes = 4;
  let length = head.u32();
  if (length === 0xffffffff) {
    length = head.u64();
    offsetBytes = 8;
  }
  const end = head.at + length;
  const reader = new ByteReader(lines, head.at, end);
  const version = reader.u16();
  if (version < 2 || version > NEWEST_VERSION) throw new RangeError(`.debug_line version ${version}`);
  if (version >= 5) reader.skip(2);
  const headerLength = reader.unsigned(offsetBytes);
  const start = reader.at + headerLength;
  const instructionLength = reader.u8();
  if (version >= 4) reader.skip(1);
  reader.skip(1);
  const [lineBase, lineRange, opcodeBase] = [reader.i8(), reader.u8(), reader.u8()];
  const operands = [0, ...Array.from({ length: Math.max(0, opcodeBase - 1) }, () => reader.u8())];
  const files = version >= 5 ? readFiles(reader, offsetBytes, names) : readOldFiles(reader);
  const header = { instructionLength, lineBase, lineRange, operands };
  return { files, start, end, run: (from, onRow) => run(header, from, onRow) };
}

function readOldFiles(reader: ByteReader): string[] {
  const directories = [''];
  for (let name = reader.text(); name !== ''; name = reader.text()) directories.push(name);
  const files = [''];
  for (let name = reader.text(); name !== ''; name = reader.text()) {
    files.push(joined(directories[reader.uleb()] ?? '', name));
    reader.uleb();
    reader.uleb();
  }
  return files;
}

/** One entry of the lists that version 5 has. */
interface Entry {
  path: string;
  directory: number;
}

function readFiles(reader: ByteReader, offsetBytes: number, names: Uint8Array): string[] {
  const directories = readEntries(reader, offsetBytes, names).map((entry) => entry.path);
  const [compilation = ''] = directories;
  return readEntries(reader, offsetBytes, names).map((entry) =>
    joined(compilation, directories[entry.directory] ?? '', entry.path),
  );
}

/** What is absolute does not lie in what is before it. */
function joined(...parts: readonly string[]): string {
  return parts.reduce((base, part) => (path.isAbsolute(part) ? part : path.join(base, part)));
}

const DW_LNCT_path = 1;
const DW_LNCT_directory_index = 2;

function readEntries(reader: ByteReader, offsetBytes: number, names: Uint8Array): Entry[] {
  const formats = Array.from({ length: reader.u8() }, () => ({ content: reader.uleb(), form: reader.uleb() }));
  const count = reader.uleb();
  if (count > reader.end) throw new RangeError('more entries than bytes');
  const entries: Entry[] = [];
  for (let i = 0; i < count; i++) {
    const entry: Entry = { path: '', directory: 0 };
    for (const { content, form } of formats) {
      const value = readForm(reader, form, offsetBytes, names);
      if (content === DW_LNCT_path) entry.path = String(value);
      else if (content === DW_LNCT_directory_index) entry.directory = Number(value);
    }
    entries.push(entry);
  }
  return entries;
}

function readForm(reader: ByteReader, form: number, offsetBytes: number, names: Uint8Array): string | number {
  switch (form) {
    case 0x08: // DW_FORM_string
      return reader.text();
    case 0x1f: // DW_FORM_line_strp
      return textAt(names, reader.unsigned(offsetBytes));
    case 0x0e: // DW_FORM_strp: of a section that is not read
      reader.skip(offsetBytes);
      return '?';
    case 0x0b: // DW_FORM_data1, 2, 4, 8, 16
      return reader.u8();
    case 0x05:
      return reader.u16();
    case 0x06:
      return reader.u32();
    case 0x07:
      return reader.u64();
    case 0x1e:
      reader.skip(16);
      return 0;
    case 0x0f: // DW_FORM_udata
      return reader.uleb();
    case 0x09: // DW_FORM_block
      reader.skip(reader.uleb());
      return 0;
    default:
      throw new RangeError(`form ${form}`);
  }
}

function run(header: Header, reader: ByteReader, onRow: (row: LineRow) => void): number {
  const { instructionLength, lineBase, lineRange, operands } = header;
  const row: LineRow = { address: 0, file: 1, line: 1 };
  const special = (adjusted: number): number => Math.floor(adjusted / lineRange) * instructionLength;
  while (!reader.isAtEnd) {
    const opcode = reader.u8();
    if (opcode >= operands.length) {
      const adjusted = opcode - operands.length;
      row.address += special(adjusted);
      row.line += lineBase + (adjusted % lineRange);
      onRow(row);
      continue;
    }
    switch (opcode) {
      case 0: {
        const length = reader.uleb();
        const next = reader.at + length;
        const extended = reader.u8();
        if (extended === 1) {
          // DW_LNE_end_sequence
          reader.at = next;
          return row.address;
        }
        if (extended === 2) row.address = reader.unsigned(length - 1); // DW_LNE_set_address
        reader.at = next;
        break;
      }
      case 1: // DW_LNS_copy
        onRow(row);
        break;
      case 2: // DW_LNS_advance_pc
        row.address += reader.uleb() * instructionLength;
        break;
      case 3: // DW_LNS_advance_line
        row.line += reader.sleb();
        break;
      case 4: // DW_LNS_set_file
        row.file = reader.uleb();
        break;
      case 8: // DW_LNS_const_add_pc
        row.address += special(255 - operands.length);
        break;
      case 9: // DW_LNS_fixed_advance_pc
        row.address += reader.u16();
        break;
      default:
        for (let i = 0; i < operands[opcode]!; i++) reader.uleb();
    }
  }
  return row.address;
}
