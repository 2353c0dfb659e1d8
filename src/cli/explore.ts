import { exploreCommand } from '../campaign/explore/explore.ts';
import { orderFindingText } from '../report/explore-finding-text.ts';
import { exploreEndText } from '../report/explore-totals.ts';
import { toExploreReport } from '../report/to-explore-report.ts';
import type { Caller } from './caller.ts';
import { beginCampaign, campaignSession } from './campaign-session.ts';
import { parseExplore } from './explore-command-line.ts';
import { version } from './version.ts';

/** `renacer explore [options] -- COMMAND [ARG...]`; resolves to the exit code. */
export async function explore(argv: readonly string[], caller: Caller): Promise<number> {
  return beginCampaign(
    caller,
    () => parseExplore(argv),
    (line) =>
      campaignSession(
        line,
        {
          run: (listener, signal) => exploreCommand(line.request, listener, signal),
          findingText: orderFindingText,
          endText: exploreEndText,
          report: (result) => toExploreReport(result, line.request, version()),
          hasFailed: ({ findings }) => findings.length > 0,
        },
        caller,
      ),
  );
}
