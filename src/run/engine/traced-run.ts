import { isatty } from 'node:tty';
import { SignalInjection } from '../../chaos/basic/signal-injection.ts';
import { FaultPolicy, type FiredFault } from '../../faults/fault-policy.ts';
import { ReplayPolicy } from '../../faults/replay-policy.ts';
import type { SentSignal } from '../../faults/sent-signals.ts';
import { monotonicMs } from '../../linux/clock.ts';
import { type GatedProcess, LaunchError } from '../../linux/gated-process.ts';
import { SystemCallError } from '../../linux/libc.ts';
import { LineFile } from '../../linux/line-file.ts';
import { gettid } from '../../linux/process-group.ts';
import { readProcessStat } from '../../linux/process-stat.ts';
import { traceFilter } from '../../linux/seccomp-filter.ts';
import { muteChildStops } from '../../linux/signals.ts';
import { canWalkStops } from '../../linux/stop-walker.ts';
import { DetachRequest } from '../../tracer/detach-request.ts';
import type { CallKnowledge } from '../../tracer/ebpf/call-plans.ts';
import { HeldTasks } from '../../tracer/held-tasks.ts';
import type { Policy } from '../../tracer/policy.ts';
import { PolicyChain } from '../../tracer/policy-chain.ts';
import type { ProcessDeath } from '../../tracer/process-deaths.ts';
import { MAX_RECORD_BYTES, MAX_WHOLE_RECORD_BYTES } from '../../tracer/record.ts';
import { type CallCounts, Recorder, type RecordingPlan } from '../../tracer/recorder.ts';
import { Ring } from '../../tracer/ring.ts';
import { RingWriter } from '../../tracer/ring-writer.ts';
import { StopLoop } from '../../tracer/stop-loop.ts';
import type { StackTracer } from '../../tracer/unwind/stack-tracer.ts';
import { walkedCalls } from '../../tracer/walked-calls.ts';
import { RecordingFile } from '../recording/recording-file.ts';
import type { AttachedProcess, LastWord, RefusedProcess } from './engine-messages.ts';
import type { AttachPlan, CountedCall, EnginePlan, TracingPlan } from './engine-plan.ts';
import { InjectionLog } from './injection-log.ts';
import { awaitEmpty, openKernelTracer } from './kernel-trace.ts';
import { failed, launch } from './launched.ts';
import type { Phased, PhasedListener } from './phased.ts';
import type { Scheduling } from './scheduling.ts';
import { StderrWatch } from './stderr-watch.ts';
import { tell, waitFor } from './wait-in-thread.ts';

/** See {@link passesCalls}. */
const MAX_COUNTED_CALLS = 64;

/** Launches the command of a plan that traces or injects, and follows it to its end. */
export async function runTraced(plan: EnginePlan, tracing: TracingPlan): Promise<LastWord> {
  const injectors = await makeInjectors(plan, tracing);
  const policies = policiesOf(injectors);
  const stops = tracing.method === 'seccomp' && !tracing.kernel;
  const filter = stops ? filterOf(tracing.selected, policies) : undefined;
  // What to capture is known by the decoders: a run that shows no events does without them.
  const calls = tracing.events ? callKnowledge(await loadDecoders(), tracing) : NOTHING_KNOWN;
  const start = (): GatedProcess | LastWord | undefined =>
    plan.launch && launch({ ...plan, launch: plan.launch }, filter, new Int32Array(plan.ring.control));
  if (!tracing.kernel) {
    const selectsForeign = await foreignSelection(tracing);
    const gated = start();
    if (gated && 'kind' in gated) return gated;
    return trace(plan, tracing, gated, start, { ...calls, selectsForeign }, injectors);
  }
  const { group } = tracing.kernel;
  // It must see the command from its first call on.
  const tracer = openKernelTracer(plan, tracing.kernel, tracing, calls);
  if (typeof tracer === 'string') return { kind: 'no-kernel-trace', reason: tracer };
  try {
    const gated = start()!;
    return 'kind' in gated ? gated : waitFor(gated, { tracer, awaitTree: () => awaitEmpty(group) });
  } finally {
    tracer.close();
  }
}

const NOTHING_KNOWN: CallKnowledge = {
  captures: () => [],
  dependenceOf: () => undefined,
  losesArguments: () => false,
};

function callKnowledge(
  { capturesWith, dependenceOf, losesArguments }: Awaited<ReturnType<typeof loadDecoders>>,
  tracing: TracingPlan,
): CallKnowledge & Pick<RecordingPlan, 'captures'> {
  return { captures: capturesWith(tracing), dependenceOf, losesArguments };
}

/** What injects into the run; each is undefined unless the plan asks for it. */
interface Injectors {
  readonly log: InjectionLog;
  readonly faults: FaultPolicy | undefined;
  readonly signals: SignalInjection | undefined;
  /** What holds in phases, or outside of them; and who says when that is. */
  readonly phased: Phased | undefined;
  readonly replay: ReplayPolicy | undefined;
  /** Last, since these act on calls as they are made. */
  readonly conditions: readonly Policy[];
  /** These inject nothing, but must see what others let happen. */
  readonly locator: StackTracer | undefined;
  readonly stderr: StderrWatch | undefined;
  /** Who runs next, where one task runs at a time. */
  readonly scheduling: Scheduling | undefined;
}

async function makeInjectors(plan: EnginePlan, tracing: TracingPlan): Promise<Injectors> {
  const locator = await makeLocator(plan, tracing);
  const log = new InjectionLog(plan.record && new RecordingFile(new LineFile(plan.record), ''), tell);
  const onFault = (fault: FiredFault): void => log.fault(locator ? { ...fault, stack: locator.stackOf(fault) } : fault);
  const onSent = (sent: SentSignal): void => log.signal(sent);
  return {
    log,
    faults: tracing.faults && new FaultPolicy(tracing.faults, onFault),
    signals: tracing.signals && new SignalInjection(tracing.signals, onSent),
    phased: tracing.phases && (await makePhased(tracing, { onFault, onSent })),
    replay: tracing.replay && new ReplayPolicy(tracing.replay, onFault, onSent),
    conditions: await makeConditions(tracing),
    locator,
    stderr: watchesStderr(plan, tracing) ? new StderrWatch() : undefined,
    scheduling: await makeScheduling(tracing, log),
  };
}

async function makeScheduling({ schedule, phases }: TracingPlan, log: InjectionLog): Promise<Scheduling | undefined> {
  if (!schedule) return undefined;
  const { Scheduling } = await import('./scheduling.ts');
  return new Scheduling(schedule, (made) => log.turn(made), phases?.active);
}

/** Where errors are injected. A terminal is opened anew by programs that write to it, and shows what they say. */
function watchesStderr({ launch }: EnginePlan, { faults, replay }: TracingPlan): boolean {
  const stderr = launch?.stdio[2];
  return stderr !== undefined && (faults ?? replay) !== undefined && !isatty(stderr);
}

/** What to capture of each call. This and the next may be called ahead by whoever knows that it will be needed. */
export function loadDecoders(): Promise<typeof import('../../syscalls/signatures.ts')> {
  return import('../../syscalls/signatures.ts');
}

export function loadEmulation(): Promise<typeof import('../../chaos/network/syscalls/calls/network-emulation.ts')> {
  return import('../../chaos/network/syscalls/calls/network-emulation.ts');
}

/** Which calls of 32-bit programs are asked for: those of the same names. */
async function foreignSelection({ selected, events }: TracingPlan): Promise<RecordingPlan['selectsForeign']> {
  if (typeof selected === 'string' || !events) return () => false;
  const { nativeNumber } = await import('../../syscalls/i386.ts');
  const numbers = new Set<number | undefined>(selected);
  // One of x86-64 that is asked about has a number beyond all tables.
  return (nr, abi) => abi === 'x86_64' || (abi === 'i386' && numbers.has(nativeNumber(nr)));
}

/** What no run loads that does not ask for it. */
async function makeConditions(tracing: TracingPlan): Promise<Policy[]> {
  const conditions: Policy[] = [];
  if (tracing.still) conditions.push(...(await import('../../faults/still/index.ts')).stillPolicies(tracing.still));
  if (tracing.emulation) {
    const { NetworkEmulation } = await loadEmulation();
    conditions.push(new NetworkEmulation(tracing.emulation));
  }
  if (tracing.ioLatencyMs) {
    const { IoLatency } = await import('../../chaos/network/io-latency.ts');
    conditions.push(new IoLatency(tracing.ioLatencyMs));
  }
  return conditions;
}

async function makePhased(tracing: TracingPlan, told: PhasedListener): Promise<Phased> {
  const { Phased } = await import('./phased.ts');
  return new Phased(tracing.phases!, tracing.phased ?? [], told, (message) => tell({ kind: 'of-phases', message }));
}

async function makeLocator(plan: EnginePlan, { callSites }: TracingPlan): Promise<StackTracer | undefined> {
  if (!callSites) return undefined;
  const { StackTracer } = await import('../../tracer/unwind/stack-tracer.ts');
  return new StackTracer(callSites.frames, callSites.sources, plan.launch !== undefined);
}

/** Who says which phases are on is asked first. */
function policiesOf(injectors: Injectors): Policy[] {
  const { faults, signals, phased, replay, conditions, locator, stderr, scheduling } = injectors;
  const all = [
    faults,
    signals,
    ...(phased?.policies ?? []),
    replay,
    ...conditions,
    locator,
    stderr,
    scheduling?.policy,
  ];
  const policies = all.filter((policy) => policy !== undefined);
  return phased ? [phased.led(policies), ...policies] : policies;
}

function trace(
  plan: EnginePlan,
  tracing: TracingPlan,
  gated: GatedProcess | undefined,
  start: () => GatedProcess | LastWord | undefined,
  decoders: Pick<RecordingPlan, 'captures' | 'selectsForeign'> & Pick<CallKnowledge, 'dependenceOf'>,
  injectors: Injectors,
): LastWord {
  muteChildStops();
  const ring = Ring.at(plan.ring.address, plan.ring.size);
  const control = new Int32Array(plan.ring.control);
  const longest = tracing.dumps ? MAX_WHOLE_RECORD_BYTES : MAX_RECORD_BYTES;
  const writer = new RingWriter(ring, control, longest);
  const recording: RecordingPlan = {
    selected: typeof tracing.selected === 'string' ? tracing.selected : new Set(tracing.selected),
    events: tracing.events,
    timed: tracing.timed,
    captures: decoders.captures,
    selectsForeign: decoders.selectsForeign,
    stringLimit: tracing.stringLimit,
    descriptorDetails: tracing.descriptorDetails,
  };
  const recorder = new Recorder(recording, writer);
  if (injectors.locator) recorder.locateBy(injectors.locator);
  const policies = policiesOf(injectors);
  const policy = policies.length > 1 ? new PolicyChain(policies) : policies[0];
  const following = {
    method: tracing.method,
    tree: tracing.follow,
    killAttached: plan.attach?.killOnExit === true,
    untilExec: tracing.untilExec === true,
  };
  // What is dumped depends on the descriptor.
  const walksStops =
    tracing.walksStops && !tracing.schedule && !tracing.dumps && canWalkStops() && (!policy || passesCalls(policy));
  const { dependenceOf } = decoders;
  const held = new HeldTasks(control);
  const { log, locator, stderr, scheduling } = injectors;
  let startMs = monotonicMs();
  // Its first start, and then those by restarts.
  const deaths: ProcessDeath[] = [];
  let tasks = 0;
  let sharedCpu = false;
  const endedLife = (status: number | undefined, endedMs: number): LastWord => {
    const sents = [injectors.signals?.sent, ...(injectors.phased?.sent ?? []), injectors.replay?.sent];
    const sent = sents.filter((log) => log !== undefined);
    return {
      kind: 'ended',
      status,
      counts: countedCalls(recorder.counts),
      signals: recorder.signalCount,
      tasks,
      lost: 0,
      sharedCpu,
      sent: sent.flatMap(({ kept }) => kept),
      fired: log.fired.kept,
      omitted: sent.reduce((sum, { omitted }) => sum + omitted, log.fired.omitted),
      spin: log.streaks.longest(monotonicMs() - startMs),
      rules: [...(injectors.faults?.uses() ?? []), ...(injectors.phased?.uses ?? [])],
      replay: injectors.replay?.use(),
      missedTurns: injectors.phased?.missed ?? [],
      endedMs,
      deaths,
      wroteToStderr: stderr?.written,
      delays: held.ever,
      ...scheduling?.end,
    };
  };
  for (let life = 1, current = gated; ; life++) {
    const loop = new StopLoop(following, recorder, policy, {
      heldTasks: held,
      walked: walksStops
        ? { recorder, calls: walkedCalls({ ...recording, dependenceOf, tree: tracing.follow, armed: armedOf(policy) }) }
        : undefined,
      turns: scheduling && ((context, collector) => scheduling.makeTurns(context, collector)),
      onRootStop: current ? (signal: number) => tell({ kind: 'stopped', signal }) : undefined,
      life,
    });
    if (locator) loop.deaths.stackOf = (task) => locator.stackOf(task);
    let started = !current;
    let status: number | undefined;
    try {
      const { pid } = current ?? {};
      if (current) {
        loop.launch(current, () => {
          started = true;
          if (life === 1) startMs = monotonicMs();
          tell({ kind: 'started', pid: pid!, tracer: gettid() });
        });
      }
      if (plan.attach) attachAll(loop, plan.attach);
      status = loop.run(plan.attach || tracing.untilExec || tracing.phases ? new DetachRequest(control) : undefined);
    } catch (error) {
      if (started) throw error;
      return failed(error instanceof LaunchError ? 'execve' : 'trace', error);
    }
    tasks += loop.taskCount;
    sharedCpu ||= loop.sharedCpu;
    const next = injectors.phased?.startsAgain() ? start() : undefined;
    if (next && 'kind' in next) return next;
    // Who was ended to be started again has not failed; who crashed before has.
    deaths.push(...loop.deaths.all.filter(({ crash, sender }) => !next || (crash && sender !== 'tracer')));
    if (!next) return endedLife(status, loop.rootEndedMs);
    current = next;
  }
}

/** Whether machine code may count calls for it: that is told for each call, so they must be few. */
function passesCalls({ armed, passesCalls }: Policy): boolean {
  return passesCalls === true && armed !== 'all' && armed.size <= MAX_COUNTED_CALLS;
}

function armedOf(policy: Policy | undefined): ReadonlySet<number> {
  return policy && policy.armed !== 'all' ? policy.armed : new Set();
}

function attachAll(loop: StopLoop, { pids, awaitsExec }: AttachPlan): void {
  const attached: AttachedProcess[] = [];
  const refused: RefusedProcess[] = [];
  for (const pid of pids) {
    // Node.js would take its stops for its end: it waits for it, too.
    if (readProcessStat(pid)?.parent === process.pid) {
      refused.push({ pid, code: 'ECHILD' });
      continue;
    }
    try {
      attached.push({ pid, tasks: loop.attach(pid, pid === awaitsExec) });
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      refused.push({ pid, code: error.code });
    }
  }
  tell({ kind: 'attached', attached, refused });
}

/** Lets those calls stop that are asked for, and those that a policy wants, some of them under a condition only. */
function filterOf(selected: TracingPlan['selected'], policies: readonly Policy[]): Uint8Array {
  const sets = [selected, ...policies.map(alwaysArmed)];
  if (sets.includes('all')) return traceFilter('all');
  const always = new Set(sets.flatMap((set) => (typeof set === 'string' ? [] : [...set])));
  const conditions = policies.flatMap(({ armedByArgument }) => [...(armedByArgument ?? [])]);
  return traceFilter(always, new Map(conditions.filter(([number]) => !always.has(number))));
}

function alwaysArmed({ armed, armedByArgument }: Policy): 'all' | readonly number[] {
  return armed === 'all' ? armed : [...armed].filter((number) => !armedByArgument?.has(number));
}

function countedCalls(counts: CallCounts): CountedCall[] {
  const counted: CountedCall[] = [];
  counts.calls.forEach((calls, nr) => {
    if (calls > 0) counted.push({ nr, calls, errors: counts.errors[nr]!, seconds: counts.seconds[nr]! });
  });
  return counted;
}
