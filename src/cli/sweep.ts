import { sweepCommand } from '../campaign/sweep/sweep.ts';
import { demandLibc } from '../linux/libc.ts';
import { RenacerError } from '../model/errors.ts';
import type { SweepListener } from '../model/sweep-request.ts';
import type { SweepResult } from '../model/sweep-result.ts';
import { findingText } from '../report/sweep-finding-text.ts';
import { isToldInFull, sweepEndText } from '../report/sweep-text.ts';
import { toSweepReport } from '../report/to-sweep-report.ts';
import { ReplacedFile } from '../run/recording/replaced-file.ts';
import type { Caller } from './caller.ts';
import { findingsStyle } from './findings-style.ts';
import { writeToStdout } from './messages.ts';
import { ownFailure } from './own-failure.ts';
import { parseSweep, type SweepCommandLine } from './sweep-command-line.ts';
import { exitCodeOfSignal, SweepInterrupts } from './sweep-interrupts.ts';
import { SweepProgress } from './sweep-progress.ts';
import { version } from './version.ts';
import { writeReport } from './written-report.ts';

const FOUND = 1;

/** `renacer sweep [options] -- COMMAND [ARG...]`; resolves to the exit code. */
export async function sweep(argv: readonly string[], caller: Caller): Promise<number> {
  if (caller.cwd !== undefined) {
    throw new RenacerError('INPUT_UNREADABLE', 'the current directory has been removed', {
      hint: 'Go to a directory with what the command needs.',
    });
  }
  const line = parseSweep(argv);
  demandLibc();
  return ownFailure(() => sweepAsTold(line, caller));
}

async function sweepAsTold(line: SweepCommandLine, caller: Caller): Promise<number> {
  const { request, reportFile, failOn } = line;
  const report = reportFile === undefined ? undefined : ReplacedFile.open(reportFile, '--report');
  const progress = new SweepProgress();
  const interrupts = new SweepInterrupts(
    caller.signals?.ignored ?? [],
    () => progress.willEnd(),
    () => progress.end(),
  );
  try {
    const style = findingsStyle(request.input);
    const listener: SweepListener = {
      onProgress: (one) => progress.show(one),
      onFinding(finding) {
        if (!isToldInFull(finding)) return;
        progress.erase();
        writeToStdout(`${findingText(finding, style)}\n`);
      },
    };
    const result = await sweepCommand(request, listener, interrupts.signal);
    progress.end();
    writeToStdout(sweepEndText(result, { ...style, files: filesOf(line, result) }));
    if (report) writeReport(report, JSON.stringify(toSweepReport(result, request, version()), null, 2));
    if (interrupts.received !== undefined) return exitCodeOfSignal(interrupts.received);
    return result.findings.some((finding) => failOn.includes(finding.class)) ? FOUND : 0;
  } finally {
    progress.end();
    interrupts.stop();
    report?.close();
  }
}

/** What was written where. */
function filesOf({ request, reportFile }: SweepCommandLine, { findings }: SweepResult): readonly string[] {
  const results = request.results ?? request.resume;
  return [
    ...(reportFile === undefined ? [] : [`report ${reportFile}`]),
    ...(results === undefined ? [] : [`results ${results}`]),
    ...(findings.length === 0 ? [] : [`findings ${request.findingsDirectory}/`]),
  ];
}
