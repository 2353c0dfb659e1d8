import type { InjectedFault, RunResult } from '../model/run-result.ts';
import { AT_ONCE, type PhaseUse, type ProbeUse } from '../model/scenario.ts';
import type { PageEnding, PageFault, PagePhase, PageProbe } from './page/rows.ts';
import { turnText } from './phase-texts.ts';

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
    phases: result.phases.slice(0, MAX_FAULTS).map(pagePhase),
    probes: result.probes.flatMap(pageProbes).slice(0, MAX_FAULTS),
  };
}

function pagePhase({ name, instance, beganMs, endedMs, began, ended }: PhaseUse): PagePhase {
  const end = ended === undefined || ended.why === AT_ONCE ? '' : `; ended: ${turnText(ended)}`;
  return {
    name,
    text: `phase ${name}, time ${instance}: ${turnText(began)}${end}`,
    from: Math.round(beganMs * 1000),
    ...(endedMs !== undefined && { to: Math.round(endedMs * 1000) }),
  };
}

function pageProbes({ name, checks }: ProbeUse): PageProbe[] {
  return checks.map(({ when, ms, ok, said }) => {
    const answer = ok === true ? 'ok' : ok === false ? 'failed' : 'could not be asked';
    return { text: `probe ${name}, ${when}: ${answer} (${said})`, time: Math.round(ms * 1000), ok: ok === true };
  });
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
