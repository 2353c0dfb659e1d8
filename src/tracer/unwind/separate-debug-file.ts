import path from 'node:path';
import { type OpenFile, openForReading } from '../../linux/process-maps.ts';
import { ByteReader, unlessMalformed } from '../../symbols/byte-reader.ts';
import type { Elf } from '../../symbols/elf.ts';

const DEBUG_DIRECTORY = '/usr/lib/debug';
const NT_GNU_BUILD_ID = 3;

/**
 * The file with the symbols and lines that were taken out of another, as packages of debug symbols install it: by the build
 * id, else by the name that .gnu_debuglink has. Undefined if there is none, or if the file has its symbols itself.
 */
export function separateDebugFile(elf: Elf, name: string): OpenFile | undefined {
  if (elf.section('.symtab') && elf.section('.debug_line')) return undefined;
  for (const candidate of candidates(elf, name)) {
    const file = openForReading(candidate);
    if (file) return file;
  }
  return undefined;
}

function candidates(elf: Elf, name: string): string[] {
  const id = buildId(elf);
  const link = linkedName(elf);
  const directory = path.dirname(name);
  return [
    ...(id === undefined ? [] : [`${DEBUG_DIRECTORY}/.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`]),
    ...(link === undefined || link === path.basename(name) ? [] : [path.join(directory, link)]),
    ...(link === undefined ? [] : [path.join(directory, '.debug', link), path.join(DEBUG_DIRECTORY, directory, link)]),
  ];
}

function buildId(elf: Elf): string | undefined {
  const note = elf.bytes(elf.section('.note.gnu.build-id'));
  return (
    note &&
    unlessMalformed(() => {
      const reader = new ByteReader(note);
      const [nameBytes, bytes, type] = [reader.u32(), reader.u32(), reader.u32()];
      reader.skip((nameBytes + 3) & ~3);
      return type === NT_GNU_BUILD_ID ? Buffer.from(reader.take(bytes)).toString('hex') : undefined;
    })
  );
}

function linkedName(elf: Elf): string | undefined {
  const link = elf.bytes(elf.section('.gnu_debuglink'));
  const name = link && unlessMalformed(() => new ByteReader(link).text());
  // A name, not a way out of the directory.
  return name?.includes('/') ? undefined : name;
}
