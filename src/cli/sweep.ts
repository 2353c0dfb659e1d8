import { sweepCommand } from '../campaign/sweep/sweep.ts';
import type { SweepFinding } from '../model/sweep.ts';
import { findingText } from '../report/sweep-finding-text.ts';
import { isToldInFull, sweepEndText } from '../report/sweep-text.ts';
import { toSweepReport } from '../report/to-sweep-report.ts';
import type { Caller } from './caller.ts';
import { beginCampaign, campaignSession } from './campaign-session.ts';
import { parseSweep } from './sweep-command-line.ts';
import { version } from './version.ts';

/** `renacer sweep [options] -- COMMAND [ARG...]`; resolves to the exit code. */
export async function sweep(argv: readonly string[], caller: Caller): Promise<number> {
  return beginCampaign(
    caller,
    () => parseSweep(argv),
    (line) =>
      campaignSession(
        line,
        {
          run: (listener, signal) => sweepCommand(line.request, listener, signal),
          findingText: (finding: SweepFinding, style) =>
            isToldInFull(finding) ? findingText(finding, style) : undefined,
          endText: sweepEndText,
          report: (result) => toSweepReport(result, line.request, version()),
          hasFailed: ({ findings }) => findings.some((finding) => line.failOn.includes(finding.class)),
        },
        caller,
      ),
  );
}
