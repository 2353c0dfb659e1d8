import { closeSync, readFileSync, writeSync } from 'node:fs';
import type { FiredFault } from '../../faults/fault-policy.ts';
import {
  parseRecording,
  printRecordedFault,
  printRecordingHeader,
  type Recorded,
  type Recording,
  type RecordingHeader,
} from '../../faults/replay-file.ts';
import type { SentSignal } from '../../faults/sent-signals.ts';
import { RenacerError } from '../../model/errors.ts';
import { syscallName } from '../../syscalls/syscall-table.ts';
import { openForWriting } from './open-for-writing.ts';

/** The file of `--record`: each fault is in it as soon as it is injected, whatever becomes of this process. */
export class RecordingFile {
  /** The thread of the network writes its faults by itself, in whole lines. */
  readonly fd: number;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** Throws OUTPUT_UNWRITABLE. */
  static open(file: string): RecordingFile {
    return new RecordingFile(openForWriting(file, '--record'));
  }

  /** Must come before any fault. */
  begin(header: RecordingHeader): void {
    writeSync(this.fd, printRecordingHeader(header));
  }

  fault({ lineage, syscall, ordinal, rule, fault, semantics }: FiredFault): void {
    this.#write({ task: lineage, syscall, ordinal, rule, fault, semantics });
  }

  /** One that came by time has no coordinate at which it could come again: it is left out. */
  signal({ lineage, nr, ordinal, rule, moment, signal }: SentSignal): void {
    if (moment === 'call') this.#write({ task: lineage, syscall: syscallName(nr), ordinal, rule, signal });
  }

  close(): void {
    closeSync(this.fd);
  }

  #write(recorded: Recorded): void {
    writeSync(this.fd, printRecordedFault(recorded));
  }
}

/** Reads a file of recorded faults, or a report. Throws RECORDING_UNREADABLE, BAD_RECORDING. */
export function readRecording(file: string): Recording {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new RenacerError(
      'RECORDING_UNREADABLE',
      `can't read the recorded faults in ${JSON.stringify(file)}: ${code}`,
      {
        hint: 'give a file that --record or --report wrote',
        cause,
      },
    );
  }
  return parseRecording(text, file);
}
