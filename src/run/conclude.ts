import type { CheckUse, RunResult } from '../model/run-result.ts';
import { refuseBrokenNetwork } from './network.ts';
import type { PreparedRun } from './prepare.ts';
import type { Session } from './session.ts';
import { DEFAULT_HANG_AFTER_MS } from './verdict/idle-watch.ts';
import type { EarlyEnd } from './verdict/judge.ts';
import { endOf, makeResult } from './verdict/result.ts';

/** What is to be said of a run that is over. Throws NETWORK_FAILED, STEADY_STATE_NOT_MET. */
export async function conclude(run: PreparedRun, session: Session): Promise<RunResult> {
  const { request, settings, command, seed, tree, timeout } = run;
  const { log, stdio, early, tracing, ended, durationMs } = session;
  const network = await run.network?.ready;
  refuseBrokenNetwork(network);
  network?.finish();
  await run.led?.conclude(endText(endOf(ended.status)), early?.cause);
  const [stdout, stderr] = await Promise.all([stdio.stdout, stdio.stderr]);
  return makeResult({
    command,
    seed,
    chaos: request.chaos,
    settings,
    limits: tree.limits,
    network,
    tracing,
    ended,
    early: early && earlyEnd(run, session),
    timeout: timeout && {
      ...timeout,
      reached: early?.cause === 'timeout',
      killed: early?.cause === 'timeout' && early.killed,
    },
    startMs: log.startMs,
    durationMs,
    checks: await checksOf(run, session),
    phases: await run.phases?.finish(),
    probes: run.led?.uses() ?? [],
    unsteady: run.led?.verdict,
    unwritten: run.recording?.failure,
    replay: request.replay,
    attached: request.attach?.pids,
    stdout,
    stderr,
  });
}

function endText({ exitCode, signal }: ReturnType<typeof endOf>): string {
  return signal === undefined ? `the command exited with status ${exitCode}` : `the command was ended by ${signal}`;
}

function earlyEnd({ settings }: PreparedRun, { early, ended }: Session): EarlyEnd {
  const { cause, why, atMs, idleMs, killed } = early!;
  return {
    cause,
    why,
    killed,
    afterCommand: ended.endedMs < atMs,
    hung: cause === 'timeout' && idleMs >= (settings.hangAfterMs ?? DEFAULT_HANG_AFTER_MS),
  };
}

async function checksOf({ request, checks: asked, cwd, env }: PreparedRun, { ended }: Session): Promise<CheckUse[]> {
  const { verify, verifyAlways } = asked;
  if (!verify && !verifyAlways) return [];
  const { useCheck } = await import('./verdict/check.ts');
  const context = { cwd, env, onOutput: request.onCheckOutput };
  const end = endOf(ended.status);
  const checks: CheckUse[] = [];
  if (verify) checks.push(await useCheck({ command: verify, after: 'success' }, end, context));
  if (verifyAlways) checks.push(await useCheck({ command: verifyAlways, after: 'always' }, end, context));
  return checks;
}
