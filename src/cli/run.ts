import { constants } from 'node:os';
import { type ChaosConfig, configClass } from '../chaos/config.ts';
import { parseFlags } from '../chaos/flags.ts';
import { mayRestart } from '../chaos/scenario/restarts.ts';
import { refuseUnsound } from '../chaos/sound.ts';
import { partsOf } from '../chaos/tiers.ts';
import { demandLibc } from '../linux/libc.ts';
import { saveTerminal } from '../linux/terminal.ts';
import { RenacerError } from '../model/errors.ts';
import { printExpectation, unmetExpectation } from '../model/expectation.ts';
import type { RunResult } from '../model/run-result.ts';
import { closingBlock } from '../report/closing-block.ts';
import { createColors } from '../report/colors.ts';
import { faultText } from '../report/injected-texts.ts';
import { toReport } from '../report/to-report.ts';
import { attachTo } from '../run/attach.ts';
import { nameOf, unwritable } from '../run/recording/open-for-writing.ts';
import { ReplacedFile } from '../run/recording/replaced-file.ts';
import type { AttachRequest, IdleTree } from '../run/request.ts';
import { runCommand } from '../run/run.ts';
import { callSitesPlan } from './call-sites-plan.ts';
import type { Caller } from './caller.ts';
import type { CommandLine } from './command-line.ts';
import { complaintsOf, EXIT_COMPLAINT } from './complaints.ts';
import { becomeCommand, traceeOf } from './daemonized.ts';
import { environment } from './environment.ts';
import { exitCodeOf } from './exit-code.ts';
import { givenTo, handOver } from './hand-over.ts';
import { Interrupts } from './interrupts.ts';
import { tell, writeToStderr } from './messages.ts';
import { OwnOutput } from './own-output.ts';
import { pokeNotes } from './poke-notes.ts';
import { programName } from './program-name.ts';
import { quietMessages } from './quiet-messages.ts';
import { traceOutput } from './trace-output.ts';

const { fromMode, none } = configClass(['basic', 'network', 'byzantine', 'full']);

/** Runs the command as the command line says, with what the `caller` has given; resolves to the exit code. */
export async function run(line: CommandLine, caller: Caller): Promise<number> {
  demandLibc();
  const chaos = chaosOf(line);
  if (!line.replay) refuseUnsound(chaos);
  const { command, trace: settings } = line;
  for (const note of pokeNotes(chaos.settings.rules ?? [])) tell(note);
  const tracee = traceeOf(settings.daemonize);
  if (settings.daemonize && command !== undefined && !tracee) return becomeCommand(command, line, caller);
  // Such a process is traced as others are that run already.
  const starts = command !== undefined && !tracee;
  const { outputFile, append, separately, format, follow, env, argv0, user } = settings;
  // With -ff the files are those of the tasks, and our own lines go to stderr.
  const output = new OwnOutput(separately ? undefined : outputFile, append);
  // A trace in another format is a file of its own, too.
  const lines = format === 'text' ? output : new OwnOutput(undefined);
  const report = line.reportFile === undefined ? undefined : ReplacedFile.open(line.reportFile, '--report');
  const isChaotic = partsOf(chaos.settings).length > 0 || line.replay !== undefined;
  if (starts && isChaotic && settings.untilExec) {
    throw new RenacerError(
      'USAGE',
      "-b can't be used with chaos on a command, which covers its whole tree; with -p it can",
    );
  }
  const trace = await traceOutput(line, isChaotic, output);
  const terminal = starts ? saveTerminal(0) : undefined;
  const interrupts = new Interrupts(starts, settings.interruptible, caller.signals?.ignored);
  output.onReaderGone = () => interrupts.readerGone();
  const request = {
    chaos: isChaotic ? chaos : undefined,
    record: line.recordFile,
    engine: line.engine,
    callSites: callSitesPlan(line.trace, isChaotic),
    trace: trace && { ...trace.request, follow: isChaotic || follow },
    attach: attachment(line, interrupts, tracee),
  };
  try {
    const result = await (!starts
      ? attachTo({ ...request, command: command === undefined ? [] : [command, ...line.args] })
      : runCommand(command, line.args, {
          ...request,
          attach: settings.attach.length > 0 ? request.attach : undefined,
          ...givenTo(caller),
          env: env.length > 0 ? environment(env) : undefined,
          searched: process.env,
          argv0,
          user,
          signal: interrupts.signal,
          interrupted: interrupts.leave,
          control: line.controlFile,
          verify: line.verify,
          verifyAlways: line.verifyAlways,
          expect: line.expect && printExpectation(line.expect),
          onCheckOutput(bytes) {
            // All of the trace comes before.
            output.flush();
            writeToStderr(bytes);
          },
          onCleanUp({ command, status }) {
            if (status !== 0) tell(`the cleanup command exited with ${status}: ${command}`);
          },
          onIdle: (idle) => tell(idleText(idle)),
          replay: line.replay,
          onStop: (signal) => interrupts.followStop(signal),
          onStart({ pid }) {
            interrupts.target = pid;
            // What is started again gets them again.
            if (!mayRestart(chaos.settings)) handOver(caller);
          },
        }));
    trace?.end(result);
    if (isChaotic || line.isJudged) {
      const unmet = line.expect && unmetExpectation(line.expect, result);
      lines.write(closingBlock(result, { color: lines.color, unmet }));
    }
    const complaints = complaintsOf(result, line.strict);
    lines.write(complaints.map((text) => `${programName()}: ${text}\n`).join(''));
    lines.flush();
    if (result.unwritten !== undefined) tell(result.unwritten);
    if (report) writeReport(report, result);
    if (interrupts.received) return 128 + constants.signals[interrupts.received];
    if (complaints.length > 0) return EXIT_COMPLAINT;
    return !starts && !line.expect ? 0 : exitCodeOf(result, line.expect);
  } finally {
    interrupts.stop();
    terminal?.restore();
    await output.close();
    lines.flush();
    report?.close();
  }
}

/** A run is not what its report is: that this can't be written changes nothing of it. */
function writeReport(file: ReplacedFile, result: RunResult): void {
  try {
    file.write(`${JSON.stringify(toReport(result), null, 2)}\n`);
  } catch (error) {
    tell(unwritable(nameOf('--report', file.name), error));
  }
}

/** A program that waits for what does not come any more looks like one that waits for its next request. */
function idleText({ idleMs, last }: IdleTree): string {
  const fault = faultText(last, createColors(false));
  return `idle for ${Math.round(idleMs / 1000)} s; the last fault: ${fault} (--chaos-timeout ends a run that hangs)`;
}

/** What the processes of `-p` are told of, and by what they are let go. */
function attachment(line: CommandLine, interrupts: Interrupts, tracee: ReturnType<typeof traceeOf>): AttachRequest {
  const { attach: pids, killOnExit } = line.trace;
  return {
    pids: tracee ? [tracee.pid, ...pids] : pids,
    awaitsExec: tracee?.pid,
    killOnExit,
    leave: interrupts.leave,
    onAttached(attached, refusals) {
      for (const text of refusals) tell(text);
      if (attached.some(({ pid }) => pid === tracee?.pid)) tracee?.ready();
      if (quietMessages(line).has('attach')) return;
      for (const { pid, tasks } of attached) {
        tell(`Process ${pid} attached${tasks > 1 ? ` with ${tasks} threads` : ''}`);
      }
    },
  };
}

/** The mode, with the flags and the rules put over it. */
function chaosOf({ mode, chaosFlags, expressions }: CommandLine): ChaosConfig {
  const base = mode === undefined ? none() : fromMode(mode);
  const flagged = chaosFlags.length > 0 ? base.withSettings(parseFlags(chaosFlags)) : base;
  return expressions.rules.length > 0 ? flagged.withSettings({ rules: expressions.rules }) : flagged;
}
