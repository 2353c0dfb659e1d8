import { demandLibc } from '../linux/libc.ts';
import type { CampaignListener } from '../model/campaign.ts';
import type { CampaignRequest } from '../model/campaign-request.ts';
import { RenacerError } from '../model/errors.ts';
import type { FindingStyle } from '../report/sweep-finding-text.ts';
import { ReplacedFile } from '../run/recording/replaced-file.ts';
import type { Caller } from './caller.ts';
import { CampaignInterrupts, exitCodeOfSignal } from './campaign-interrupts.ts';
import { ProgressLine } from './campaign-progress.ts';
import { findingsStyle } from './findings-style.ts';
import { writeToStdout } from './messages.ts';
import { ownFailure } from './own-failure.ts';
import { keepHeapSmall } from './small-heap.ts';
import { writeReport } from './written-report.ts';

const FOUND = 1;

/** What differs from one kind of campaign to another; `Result` is what one ends with. */
export interface CampaignKind<Finding, Result extends { readonly findings: readonly Finding[] }> {
  /** Runs it. Resolves with what is known after an abort, too. */
  run(listener: CampaignListener<Finding>, signal: AbortSignal): Promise<Result>;
  /** How a finding is told as soon as it is known; undefined if it is told in the end only. */
  findingText(finding: Finding, style: FindingStyle): string | undefined;
  /** `files`: what was written where. */
  endText(result: Result, style: FindingStyle & { readonly files: readonly string[] }): string;
  report(result: Result): unknown;
  /** Whether it fails by what was found. */
  hasFailed(result: Result): boolean;
}

/** A campaign of the command line: progress, findings as they come, totals, the report. Resolves to the exit code. */
export async function campaignSession<Finding, Result extends { readonly findings: readonly Finding[] }>(
  { request, reportFile }: { readonly request: CampaignRequest; readonly reportFile: string | undefined },
  kind: CampaignKind<Finding, Result>,
  caller: Caller,
): Promise<number> {
  const report = reportFile === undefined ? undefined : ReplacedFile.open(reportFile, '--report');
  const progress = new ProgressLine();
  const interrupts = new CampaignInterrupts(
    caller.signals?.ignored ?? [],
    () => progress.willEnd(),
    () => progress.end(),
  );
  try {
    const style = findingsStyle(request.input);
    const onFinding = (finding: Finding): void => {
      const text = kind.findingText(finding, style);
      if (text === undefined) return;
      progress.erase();
      writeToStdout(`${text}\n`);
    };
    const result = await kind.run({ onProgress: (one) => progress.show(one), onFinding }, interrupts.signal);
    progress.end();
    const files = filesOf(request, reportFile, result.findings.length > 0);
    writeToStdout(kind.endText(result, { ...style, files }));
    if (report) writeReport(report, JSON.stringify(kind.report(result), null, 2));
    if (interrupts.received !== undefined) return exitCodeOfSignal(interrupts.received);
    return kind.hasFailed(result) ? FOUND : 0;
  } finally {
    progress.end();
    interrupts.stop();
    report?.close();
  }
}

/** A campaign works in copies of a directory. Throws INPUT_UNREADABLE where there is none. */
export function beginCampaign<Line>(
  caller: Caller,
  parse: () => Line,
  perform: (line: Line) => Promise<number>,
): Promise<number> {
  if (caller.cwd !== undefined) {
    throw new RenacerError('INPUT_UNREADABLE', 'the current directory has been removed', {
      hint: 'Go to a directory with what the command needs.',
    });
  }
  const line = parse();
  keepHeapSmall();
  demandLibc();
  return ownFailure(() => perform(line));
}

function filesOf(request: CampaignRequest, reportFile: string | undefined, hasFindings: boolean): readonly string[] {
  const results = request.results ?? request.resume;
  return [
    ...(reportFile === undefined ? [] : [`report ${reportFile}`]),
    ...(results === undefined ? [] : [`results ${results}`]),
    ...(hasFindings ? [`findings ${request.findingsDirectory}/`] : []),
  ];
}
