import { fuzzCommand } from '../campaign/fuzz/fuzz.ts';
import type { FuzzFinding } from '../model/fuzz.ts';
import { fuzzFindingText } from '../report/fuzz-finding-text.ts';
import { fuzzEndText, isToldInFull } from '../report/fuzz-totals.ts';
import { toFuzzReport } from '../report/to-fuzz-report.ts';
import type { Caller } from './caller.ts';
import { beginCampaign, campaignSession } from './campaign-session.ts';
import { parseFuzz } from './fuzz-command-line.ts';
import { version } from './version.ts';

/** `renacer fuzz [options] -- COMMAND [ARG...]`; resolves to the exit code. */
export async function fuzz(argv: readonly string[], caller: Caller): Promise<number> {
  return beginCampaign(
    caller,
    () => parseFuzz(argv),
    (line) =>
      campaignSession(
        line,
        {
          run: (listener, signal) => fuzzCommand(line.request, listener, signal),
          findingText: (finding: FuzzFinding, style) =>
            isToldInFull(finding) ? fuzzFindingText(finding, style) : undefined,
          endText: fuzzEndText,
          report: (result) => toFuzzReport(result, line.request, version()),
          hasFailed: ({ findings }) => findings.some(({ class: kind }) => line.failOn.some((one) => one === kind)),
        },
        caller,
      ),
  );
}
