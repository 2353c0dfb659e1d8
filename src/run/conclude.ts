import type { RunResult } from '../model/run-result.ts';
import { refuseBrokenNetwork } from './network.ts';
import type { PreparedRun } from './prepare.ts';
import type { Session } from './session.ts';
import { runCheck } from './verdict/check.ts';
import { makeResult } from './verdict/result.ts';

/** What is to be said of a run that is over. Throws NETWORK_FAILED. */
export async function conclude(run: PreparedRun, session: Session): Promise<RunResult> {
  const { request, command, seed, tree, cwd, env } = run;
  const { log, stdio, ending, tracing, ended, durationMs } = session;
  const network = await run.network?.ready;
  refuseBrokenNetwork(network);
  network?.finish();
  const [stdout, stderr] = await Promise.all([stdio.stdout, stdio.stderr]);
  const checkStatus = request.verify && ended.status === 0 ? await runCheck(request.verify, { cwd, env }) : undefined;
  return makeResult({
    command,
    seed,
    chaos: request.chaos,
    limits: tree.limits,
    network,
    tracing,
    ended,
    fired: log.fired,
    ending,
    startSeconds: log.startSeconds,
    durationMs,
    checkStatus,
    verify: request.verify,
    replay: request.replay,
    attached: request.attach?.pids,
    stdout,
    stderr,
  });
}
