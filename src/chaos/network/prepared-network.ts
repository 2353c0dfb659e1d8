import type { NetworkFault, NetworkUse } from '../../model/network-use.ts';
import type { MissedNetworkFault } from '../../model/run-result.ts';
import type { NetworkActivity } from './thread-progress.ts';

/** A network that is impaired for one process tree until `dispose`. */
export interface PreparedNetwork {
  readonly backend: string;
  /** How it goes on. This costs nothing, and may be asked for at any time. */
  activity(): NetworkActivity;
  /** What has passed so far, or had passed at the end. */
  usage(): NetworkUse;
  /** What was done on purpose so far, with the place of each fault: all of them, or of very many the first and the last. */
  faults(): readonly NetworkFault[];
  /** How many of them are left out between these. */
  omittedFaults(): number;
  /** Of a replay: what has not come again so far. */
  missed(): readonly MissedNetworkFault[];
  /** Why the engine no longer works, if so: then the network has been as usual since. */
  failure(): Error | undefined;
  /** A rule holds no longer: packets that wait go on at once, unless another one holds. Of what is emulated, each has its time. */
  letGo(): void;
  /**
   * Begins to end the impairments, with the figures of this moment as the last ones: to be called as soon as the tree has
   * ended, since the kernel takes its time.
   */
  finish(): void;
  /** Ends the impairments: packets that wait go on at once, and nothing is left in the kernel. */
  dispose(): Promise<void>;
}

/** A network that is about to be impaired. */
export interface StartingNetwork {
  /** The memory of a LaunchGate, which is opened when the impairments are in force, and refused if they can't be. */
  readonly gate: SharedArrayBuffer;
  readonly ready: Promise<PreparedNetwork>;
}
