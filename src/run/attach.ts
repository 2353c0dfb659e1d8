import { type PartName, partsOf } from '../chaos/tiers.ts';
import { random32 } from '../linux/entropy.ts';
import { demandLibc } from '../linux/libc.ts';
import { RenacerError } from '../model/errors.ts';
import type { RunResult } from '../model/run-result.ts';
import { refusalText } from './engine/attach-refusal.ts';
import { runEngine } from './engine/engine.ts';
import { noLimits } from './no-limits.ts';
import { attachPlan, injectionsOf, tracingPlan } from './plans.ts';
import { RecordingFile } from './recording/recording-file.ts';
import type { AttachRequest, RunRequest } from './request.ts';
import { RunLog } from './run-log.ts';
import { makeResult } from './verdict/result.ts';

/** What can be done to a process that runs already: all that is done at its system calls. */
const FITTING: readonly PartName[] = ['rules', 'byzantine', 'bugs', 'signals', 'io_latency'];

/** How processes are to be traced that run already. */
export interface AttachRunRequest extends Pick<RunRequest, 'chaos' | 'trace' | 'callSites' | 'record' | 'engine'> {
  readonly attach: AttachRequest;
  /** What they are to execute, if that is known. */
  readonly command?: readonly string[] | undefined;
}

/**
 * Traces processes that run already, until the last of them has ended or they are let go. What is told of the end is that
 * of the first. Rejects with a RenacerError: ATTACH_REFUSED if none of them can be traced, ATTACH_CHAOS for chaos that
 * only a command can be started under, ENGINE_UNAVAILABLE, OUTPUT_UNWRITABLE.
 */
export async function attachTo(request: AttachRunRequest): Promise<RunResult> {
  demandLibc();
  const { chaos, attach, command = [] } = request;
  const settings = chaos?.settings ?? {};
  const armed = partsOf(settings);
  refuseLimits(armed);
  if (request.engine === 'ebpf') {
    throw new RenacerError('ENGINE_UNAVAILABLE', "--engine ebpf: it can't attach to processes (-p)", {
      hint: 'Use --engine ptrace, or auto.',
    });
  }
  const seed = settings.seed ?? random32();
  const { trace = { select: [] }, callSites } = request;
  const injected = { ...(await injectionsOf(settings, seed, undefined)), emulation: undefined };
  const plan = tracingPlan({ trace, callSites }, injected);
  // What ran before has no filter of ours.
  const tracing = plan && { ...plan, method: 'ptrace' as const };
  const recording = request.record === undefined ? undefined : RecordingFile.open(request.record);
  const log = new RunLog();
  let refusals: readonly string[] = [];
  let isAttached = false;
  try {
    recording?.begin({ seed, command });
    const ended = await runEngine(
      { launch: undefined, tracing, record: recording?.lines.shared, attach: attachPlan(attach) },
      {
        ...log.listener(request.trace),
        started() {},
        phase() {},
        stopped() {},
        attached(attached, refused) {
          log.begin();
          isAttached = attached.length > 0;
          refusals = refused.map(refusalText);
          if (isAttached) attach.onAttached?.(attached, refusals);
        },
      },
      { leave: attach.leave },
    );
    if (ended.kind !== 'ended') throw new Error(ended.kind);
    if (!isAttached) throw new RenacerError('ATTACH_REFUSED', refusals.join('\n'));
    return makeResult({
      command,
      seed,
      chaos,
      settings,
      limits: noLimits('none: the processes ran before'),
      network: undefined,
      tracing,
      ended,
      early: undefined,
      timeout: undefined,
      startMs: log.startMs,
      durationMs: log.elapsedMs,
      checks: [],
      phases: undefined,
      probes: [],
      unsteady: undefined,
      unwritten: recording?.failure,
      replay: undefined,
      stdout: undefined,
      stderr: undefined,
      attached: attach.pids.filter((pid) => pid !== attach.awaitsExec),
    });
  } finally {
    recording?.close();
  }
}

function refuseLimits(armed: readonly PartName[]): void {
  const others = armed.filter((part) => !FITTING.includes(part));
  if (others.length === 0) return;
  throw new RenacerError('ATTACH_CHAOS', `a running process can't be given ${others.join(', ')}`, {
    hint: `With -p and -D, Renacer can inject faults, signals and delays at system calls (${FITTING.join(', ')}); limits, networks and schedules need a command.`,
  });
}
