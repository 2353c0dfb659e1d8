import type { InjectedFault, RunResult } from '../model/run-result.ts';
import type { PageEnding, PageFault } from './page/rows.ts';

/** A page is looked at by people: of more faults the rest is counted. */
const MAX_FAULTS = 1000;

/** What the page of a trace says of the run as a whole. */
export function pageEnding({ outcome, exitCode, signal, durationMs, error, faults, ...result }: RunResult): PageEnding {
  const how = signal === undefined ? `exit status ${exitCode ?? 0}` : `killed by ${signal}`;
  const repeats = result.config !== undefined || result.replay !== undefined;
  return {
    outcome,
    ended: `${how} after ${(durationMs / 1000).toFixed(2)} s`,
    // What the status says already is not said twice.
    why: error === undefined || error.code === 'COMMAND_FAILED' || error.message.startsWith(how) ? '' : error.message,
    ...(repeats && { seed: result.seed, again: result.again }),
    faults: faults.slice(0, MAX_FAULTS).map(pageFault),
    more: Math.max(faults.length - MAX_FAULTS, 0),
  };
}

function pageFault(fault: InjectedFault): PageFault {
  const time = Math.round(fault.timeMs * 1000);
  switch (fault.kind) {
    case 'call': {
      const { lineage: task, syscall: name, ordinal } = fault.at;
      return {
        text: `${fault.fault} at ${name} #${ordinal} of task ${task}`,
        task,
        ...(name !== undefined && { name }),
        time,
      };
    }
    case 'signal': {
      const { lineage: task } = fault.at;
      return { text: `${fault.signal} to task ${task}: ${fault.fate}`, task, name: fault.signal, time };
    }
    case 'packet':
      return {
        text: `${fault.fault} of ${fault.stream} packet ${fault.packet} ${fault.direction} ${fault.service}`,
        time,
      };
  }
}
