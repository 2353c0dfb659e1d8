import { RenacerError } from '../../model/errors.ts';
import type { LaunchFailed } from '../engine/engine-messages.ts';
import { execError } from './resolve-command.ts';

/** What kept the command from being started, in the user's words. */
export function launchError(command: string, { step, code }: LaunchFailed): RenacerError {
  switch (step) {
    case 'execve':
      return execError(command, code);
    case 'trace':
      return new RenacerError('PTRACE_FORBIDDEN', `tracing is not allowed here: ${code}`, {
        hint: 'See `renacer doctor`; in a container, add --cap-add=SYS_PTRACE.',
      });
    case 'join':
      return new RenacerError('CGROUP_REFUSED', `the command could not be put into its cgroup: ${code}`, {
        hint: 'See `renacer doctor`.',
      });
    case 'set-up':
      return new RenacerError('SET_UP_FAILED', `the command could not be prepared: ${code}`, {
        hint: 'Check that its working directory exists and that the limits of this process allow a new one.',
      });
  }
}
