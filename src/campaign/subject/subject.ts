import type { Subject } from '../../model/subject.ts';
import type { SweepRequest } from '../../model/sweep-request.ts';
import { resolveCommand } from '../../run/command/resolve-command.ts';

/** What makes the order of hash tables the same in each run. */
const PINNED: Readonly<Record<string, string>> = {
  PYTHONHASHSEED: '0',
  PERL_HASH_SEED: '0',
  PERL_PERTURB_KEYS: '0',
};

/** What of a request the subject is made of. */
type Asked = Pick<
  SweepRequest,
  | 'command'
  | 'args'
  | 'input'
  | 'stdin'
  | 'env'
  | 'ignore'
  | 'verify'
  | 'verifyAlways'
  | 'ready'
  | 'drive'
  | 'isolation'
  | 'network'
  | 'ownFiles'
>;

/** Looks up what is asked for. Throws COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE. */
export function subjectOf(request: Asked, environment: NodeJS.ProcessEnv = process.env): Subject {
  const { command, args, input, ready, drive } = request;
  const env = { ...environment, ...PINNED, PWD: input, ...request.env };
  return {
    file: resolveCommand(command, env, input),
    argv: [command, ...args],
    env: Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])),
    input,
    leftOut: request.ownFiles,
    stdin: request.stdin,
    ignore: request.ignore,
    checks: { verify: request.verify, verifyAlways: request.verifyAlways },
    service: ready === undefined || drive === undefined ? undefined : { ready, drive },
    isolation: request.isolation,
    network: request.network,
  };
}
