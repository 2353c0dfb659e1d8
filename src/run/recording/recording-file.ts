import { readFileSync } from 'node:fs';
import type { FiredFault } from '../../faults/fault-policy.ts';
import { printRecordedTurn, type RecordedTurn } from '../../faults/phase-line.ts';
import {
  parseRecording,
  printRecordedFault,
  printRecordingHeader,
  type Recorded,
  type Recording,
  type RecordingHeader,
} from '../../faults/replay-file.ts';
import type { SentSignal } from '../../faults/sent-signals.ts';
import { printRecordedSwitch } from '../../faults/switch-line.ts';
import { errnoName } from '../../linux/libc.ts';
import { LineFile } from '../../linux/line-file.ts';
import { RenacerError } from '../../model/errors.ts';
import type { Switch } from '../../model/schedule.ts';
import { syscallName } from '../../syscalls/syscall-table.ts';
import { nameOf, openForWriting, unwritable } from './open-for-writing.ts';

/** Why a file can't be read. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  EACCES: 'permission denied',
};

/** The file of `--record`: each fault is in it as soon as it is injected, whatever becomes of this process. */
export class RecordingFile {
  /** Other threads write their faults by themselves. */
  readonly lines: LineFile;
  readonly #name: string;

  constructor(lines: LineFile, name: string) {
    this.lines = lines;
    this.#name = name;
  }

  /** Throws OUTPUT_UNWRITABLE. */
  static open(file: string): RecordingFile {
    return new RecordingFile(LineFile.of(openForWriting(file, '--record')), file);
  }

  /** Why it is not whole, for people; undefined if it is. */
  get failure(): string | undefined {
    const { errno } = this.lines;
    return errno === 0 ? undefined : unwritable(nameOf('--record', this.#name), { code: errnoName(errno) });
  }

  /** Must come before any fault. */
  begin(header: RecordingHeader): void {
    this.lines.write(printRecordingHeader(header));
  }

  fault({ lineage, syscall, ordinal, rule, fault, semantics, way }: FiredFault): void {
    this.#write({ task: lineage, syscall, ordinal, rule, fault, semantics, way });
  }

  /** One that came by time has no coordinate at which it could come again: it is left out. */
  signal({ lineage, nr, ordinal, rule, moment, signal }: SentSignal): void {
    if (moment === 'call') this.#write({ task: lineage, syscall: syscallName(nr), ordinal, rule, signal });
  }

  turn(made: Switch): void {
    this.lines.write(printRecordedSwitch(made));
  }

  phase(turned: RecordedTurn): void {
    this.lines.write(printRecordedTurn(turned));
  }

  close(): void {
    this.lines.close();
  }

  #write(recorded: Recorded): void {
    this.lines.write(printRecordedFault(recorded));
  }
}

/** The text of a file of recorded faults, or of a report. Throws RECORDING_UNREADABLE. */
export function readRecordingText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = REASONS[code ?? ''] ?? code;
    throw new RenacerError(
      'RECORDING_UNREADABLE',
      `can't read the recorded faults in ${JSON.stringify(file)}: ${reason}`,
      { hint: 'give a file that --record or --report wrote', cause },
    );
  }
}

/** Throws RECORDING_UNREADABLE, BAD_RECORDING. */
export function readRecording(file: string): Recording {
  return parseRecording(readRecordingText(file), file);
}
