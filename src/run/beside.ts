import type { ChaosSettings } from '../chaos/settings.ts';
import type { CleanUpCommand } from './clean-up-command.ts';
import type { OutsidePlace } from './command/outside-command.ts';
import type { ControlSocket } from './control/control-socket.ts';
import type { RunningPhases } from './phases/running-phases.ts';
import type { LedRun } from './probes/led-run.ts';
import type { RunRequest } from './request.ts';
import type { RunNetwork } from './run-network.ts';

/** What goes on beside the command, outside of its tree, where it is asked for: most runs load none of it. */

/** Throws CONTROL_SOCKET. */
export async function controlSocketOf({ control }: RunRequest): Promise<ControlSocket | undefined> {
  if (control === undefined) return undefined;
  const { ControlSocket: Socket } = await import('./control/control-socket.ts');
  return Socket.open(control);
}

export async function cleanUpCommandOf(
  { cleanup }: ChaosSettings,
  place: OutsidePlace,
): Promise<CleanUpCommand | undefined> {
  if (cleanup === undefined) return undefined;
  const { CleanUpCommand: Command } = await import('./clean-up-command.ts');
  return new Command(cleanup, place);
}

/** Undefined unless a probe is to be asked. */
export async function ledRunOf(
  { steadyState, phases: asked = [] }: ChaosSettings,
  place: OutsidePlace,
  { network, phases }: { readonly network: RunNetwork | undefined; readonly phases: RunningPhases | undefined },
): Promise<LedRun | undefined> {
  const probes = steadyState?.probes ?? [];
  if (probes.length === 0) return undefined;
  const [{ LedRun: Led }, { SteadyState }, { Connections }] = await Promise.all([
    import('./probes/led-run.ts'),
    import('./probes/steady-state.ts'),
    import('./probes/connections.ts'),
  ]);
  const connections = new Connections(() => network?.opening.namespaces);
  const steady = new SteadyState(probes, { ...place, connections, output: phases }, (probe, ok) =>
    phases?.probed(probe, ok ? 'ok' : 'failed'),
  );
  return new Led(steady, asked.length > 0 ? phases : undefined);
}
