import { LineFile, type SharedLineFile } from '../../../linux/line-file.ts';
import type { NetworkFaultPlace } from '../../../model/network-use.ts';
import type { FaultReaders } from './fault-log.ts';
import { RecordedFaults } from './recorded-faults.ts';

/** What a network has to do with files of recorded faults, as its thread is told. */
export interface Recordings {
  /** A file that gets a line for each fault. */
  readonly record?: SharedLineFile | undefined;
  /** The faults that come again, in place of any others. */
  readonly replayed?: readonly NetworkFaultPlace[] | undefined;
}

export function readersOf({ record, replayed }: Recordings): FaultReaders {
  return { record: record && new LineFile(record), recorded: replayed && new RecordedFaults(replayed) };
}
