import { exploreCommand } from '../campaign/explore/explore.ts';
import { demandLibc } from '../linux/libc.ts';
import { RenacerError } from '../model/errors.ts';
import type { ExploreListener, ExploreResult } from '../model/explore.ts';
import { orderFindingText } from '../report/explore-finding-text.ts';
import { exploreEndText } from '../report/explore-totals.ts';
import { toExploreReport } from '../report/to-explore-report.ts';
import { ReplacedFile } from '../run/recording/replaced-file.ts';
import type { Caller } from './caller.ts';
import { type ExploreCommandLine, parseExplore } from './explore-command-line.ts';
import { findingsStyle } from './findings-style.ts';
import { writeToStdout } from './messages.ts';
import { ownFailure } from './own-failure.ts';
import { exitCodeOfSignal, SweepInterrupts } from './sweep-interrupts.ts';
import { SweepProgress } from './sweep-progress.ts';
import { version } from './version.ts';
import { writeReport } from './written-report.ts';

const FOUND = 1;

/** `renacer explore [options] -- COMMAND [ARG...]`; resolves to the exit code. */
export async function explore(argv: readonly string[], caller: Caller): Promise<number> {
  if (caller.cwd !== undefined) {
    throw new RenacerError('INPUT_UNREADABLE', 'the current directory has been removed', {
      hint: 'Go to a directory with what the command needs.',
    });
  }
  const line = parseExplore(argv);
  demandLibc();
  return ownFailure(() => exploreAsTold(line, caller));
}

async function exploreAsTold(line: ExploreCommandLine, caller: Caller): Promise<number> {
  const { request, reportFile } = line;
  const report = reportFile === undefined ? undefined : ReplacedFile.open(reportFile, '--report');
  const progress = new SweepProgress();
  const interrupts = new SweepInterrupts(
    caller.signals?.ignored ?? [],
    () => progress.willEnd(),
    () => progress.end(),
  );
  try {
    const style = findingsStyle(request.input);
    const listener: ExploreListener = {
      onProgress: (one) => progress.show(one),
      onFinding(finding) {
        progress.erase();
        writeToStdout(`${orderFindingText(finding, style)}\n`);
      },
    };
    const result = await exploreCommand(request, listener, interrupts.signal);
    progress.end();
    writeToStdout(exploreEndText(result, { ...style, files: filesOf(line, result) }));
    if (report) writeReport(report, JSON.stringify(toExploreReport(result, request, version()), null, 2));
    if (interrupts.received !== undefined) return exitCodeOfSignal(interrupts.received);
    return result.findings.length > 0 ? FOUND : 0;
  } finally {
    progress.end();
    interrupts.stop();
    report?.close();
  }
}

/** What was written where. */
function filesOf({ request, reportFile }: ExploreCommandLine, { findings }: ExploreResult): readonly string[] {
  const results = request.results ?? request.resume;
  return [
    ...(reportFile === undefined ? [] : [`report ${reportFile}`]),
    ...(results === undefined ? [] : [`results ${results}`]),
    ...(findings.length === 0 ? [] : [`findings ${request.findingsDirectory}/`]),
  ];
}
