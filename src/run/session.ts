import { mayRestart } from '../chaos/scenario/restarts.ts';
import { launchError } from './command/launch-error.ts';
import { Stdio } from './command/stdio.ts';
import { ControlledRun } from './control/controlled-run.ts';
import { refusalText } from './engine/attach-refusal.ts';
import { runEngine } from './engine/engine.ts';
import { chooseEngine, withoutKernel } from './engine/engine-choice.ts';
import type { EngineListener } from './engine/engine-listener.ts';
import type { Ended, LaunchFailed } from './engine/engine-messages.ts';
import type { EnginePlan, TracingPlan } from './engine/engine-plan.ts';
import { needTracer } from './phases/phased-injections.ts';
import { attachPlan, tracingPlan } from './plans.ts';
import type { PreparedRun } from './prepare.ts';
import { RunLog } from './run-log.ts';
import { RunWatch } from './run-watch.ts';
import { type EndedEarly, treeIsEmpty } from './verdict/ending.ts';

/** A run whose command has ended, with all of its tree. */
export interface Session {
  readonly log: RunLog;
  readonly stdio: Stdio;
  /** Undefined if the tree came to its end by itself. */
  readonly early: EndedEarly | undefined;
  /** How it was traced in the end. */
  readonly tracing: TracingPlan | undefined;
  readonly ended: Ended;
  readonly durationMs: number;
}

/** Starts the command of a prepared run, and follows it until its tree is empty. Throws why it could not be started. */
export async function runSession(run: PreparedRun): Promise<Session> {
  const { request, command, tree, seed, phases } = run;
  const log = new RunLog();
  const stdio = new Stdio(request.stdio ?? 'inherit', request.input);
  let watch: RunWatch | undefined;
  let controlled: ControlledRun | undefined;
  const listener: EngineListener = {
    ...log.listener(request.trace),
    started(pid, tracer, { held, wake }) {
      tree.limits.started(pid, tracer);
      const isFirst = watch === undefined;
      if (isFirst) {
        log.begin();
        // Who is started again gets them again.
        if (!mayRestart(run.settings)) stdio.handOver();
        watch = new RunWatch(run, log, held);
      }
      request.onStart?.({ pid, seed });
      phases?.started(pid, () => log.elapsedMs, wake);
      if (isFirst) controlled = leadRun(run, log, pid, watch!);
    },
    phase: (message) => phases?.hear(message),
    stopped: (signal) => request.onStop?.(signal),
    attached: (attached, refused) => request.attach?.onAttached?.(attached, refused.map(refusalText)),
  };
  // Even if it fails: our copies of its pipes would keep them open.
  const { tracing, last } = await launch(run, stdio, listener).finally(() => stdio.handOver());
  if (last.kind === 'launch-failed') throw launchError(command[0], last);
  await treeIsEmpty(tree.limits);
  watch?.stop();
  phases?.giveUp();
  controlled?.over();
  run.led?.ended();
  return { log, stdio, early: watch?.early, tracing, ended: last, durationMs: log.elapsedMs };
}

/** From the start of the command on, others may say what it is to do: its steady state, `abort_on`, those who control it. */
function leadRun(run: PreparedRun, log: RunLog, pid: number, watch: RunWatch): ControlledRun {
  const { request, command, seed, tree, phases, led } = run;
  phases?.onAbort((why) => watch.end('abort_on', why));
  led?.started(log.startMs, { isAlive: () => !tree.limits.isEmpty(), end: (cause) => watch.end(cause) });
  const controlled = new ControlledRun({ command, pid, seed, startMs: log.startMs }, phases, () => led?.uses() ?? []);
  run.control?.serve(controlled);
  request.onControl?.(controlled);
  return controlled;
}

interface Launched {
  readonly tracing: TracingPlan | undefined;
  readonly last: Ended | LaunchFailed;
}

/** Until it is started by an engine and on a network that are really there: what was tried in vain has executed nothing. */
async function launch(run: PreparedRun, stdio: Stdio, listener: EngineListener): Promise<Launched> {
  const { request, network } = run;
  const leave = request.attach?.leave ?? (request.trace?.untilExec ? request.signal : undefined);
  let tracing = chosenTracing(run);
  for (;;) {
    const last = await runEngine(enginePlan(run, stdio, tracing), listener, { leave });
    if (last.kind === 'ended' && run.phases && !tracing?.phases) {
      await treeIsEmpty(run.tree.limits);
      if (await run.phases.restarts.startsAgain()) continue;
    }
    if (last.kind === 'no-kernel-trace') tracing = withoutKernel(request.engine ?? 'auto', tracing!, last.reason);
    else if (last.kind === 'abandoned') {
      await network!.replace();
      tracing = chosenTracing(run);
    } else return { tracing, last };
  }
}

function chosenTracing({ request, settings, injections, network, tree, phases }: PreparedRun): TracingPlan | undefined {
  const needed = phases && needTracer(settings, phases.plan) ? phases.plan : undefined;
  const plan = tracingPlan(request, { ...injections, emulation: network?.opening.emulation, phases: needed });
  // The kernel's own programs see a cgroup, not any process; and what ran before has no filter of ours.
  if (request.attach) return plan && { ...plan, method: 'ptrace' };
  const chosen = plan && chooseEngine(request.engine ?? 'auto', plan, tree.limits.cgroupV2);
  // Who traces by stops runs the machine: so it knows at which call a phase began.
  return chosen && phases && !chosen.kernel ? { ...chosen, phases: phases.plan } : chosen;
}

function enginePlan(run: PreparedRun, stdio: Stdio, tracing: TracingPlan | undefined): Omit<EnginePlan, 'ring'> {
  const { request, command, file, env, user, tree, network } = run;
  const [name, ...args] = command;
  const { limits } = tree;
  // A tracer knows its tracees by itself, and a plain trace leaves even the limits of the command as they are.
  const isMarked = (run.armed.length > 0 || request.replay !== undefined) && (!tracing || tracing.kernel);
  return {
    launch: {
      file,
      argv: [request.argv0 ?? name, ...args],
      env: Object.entries(env).map(([variable, value]) => `${variable}=${value ?? ''}`),
      cwd: request.cwd,
      stdio: stdio.fds,
      inheritedFds: request.inheritedFds ?? [],
      signals: request.signals,
      rlimits: [...(request.rlimits ?? []), ...limits.rlimits, ...(isMarked ? limits.mark() : [])],
      cgroup: limits.cgroupV2,
      cgroupsV1: limits.groups.filter((group) => group !== limits.cgroupV2),
      namespaces: network?.opening.namespaces ?? request.namespaces,
      newSession: request.newSession,
      user,
    },
    tracing,
    record: run.recording?.lines.shared,
    attach: request.attach && attachPlan(request.attach),
    gate: network?.opening.gate,
  };
}
