import { wake } from '../../../linux/poll.ts';
import { SocketCalls } from '../../../linux/sockets.ts';
import { syscallNumber } from '../../../syscalls/syscall-table.ts';
import type { EntryDecision, ExitDecision, Policy, StoppedCall } from '../../../tracer/policy.ts';
import type { Task } from '../../../tracer/task.ts';
import { TargetMatcher } from '../target-matcher.ts';
import { hostOf, portOf } from './addresses.ts';
import { ConnectionCalls } from './connection-calls.ts';
import { DatagramCalls } from './datagram-calls.ts';
import type { ImitationPlan, RelayRequest } from './relay-requests.ts';
import { TreeSockets } from './tree-sockets.ts';

/** What calls of one sort need of the tracer's side of the imitation. */
export interface ImitationTools {
  readonly sockets: SocketCalls;
  readonly tree: TreeSockets;
  /** Whether any rule holds for this peer: all others keep the network that they have. */
  covers(peer: Uint8Array): boolean;
  send(request: RelayRequest): void;
}

/** What is done about a call: at its entry, and, if that asks for it, at its exit. */
export interface ImitatedCall {
  entry(call: StoppedCall): EntryDecision | undefined;
  exit?(call: StoppedCall): ExitDecision | undefined;
}

/**
 * A bad network by the system calls of the tree, for want of privileges: TCP connections are led through a relay in this
 * process, datagrams are sent by it. Data of connections needs no stops.
 */
export class NetworkImitation implements Policy {
  readonly armed: ReadonlySet<number>;
  readonly onlyCallsThatHappen = true;
  readonly #calls: ReadonlyMap<number, ImitatedCall>;
  /** Calls whose exit is awaited. */
  readonly #underWay = new Map<Task, ImitatedCall>();

  constructor(plan: ImitationPlan) {
    const matchers = plan.rules.map(({ targets }) => new TargetMatcher(targets));
    const sockets = new SocketCalls();
    const tools: ImitationTools = {
      sockets,
      tree: new TreeSockets(sockets),
      covers: (peer) => matchers.some((matcher) => matcher.matches(hostOf(peer), portOf(peer) || undefined)),
      send: (request) => {
        plan.port.postMessage(request);
        wake(plan.wakeFd);
      },
    };
    const calls = { ...new ConnectionCalls(tools, plan).calls, ...new DatagramCalls(tools, plan).calls };
    this.#calls = new Map(Object.entries(calls).map(([name, call]) => [syscallNumber(name)!, call]));
    this.armed = new Set(this.#calls.keys());
  }

  onEntry(call: StoppedCall): EntryDecision | undefined {
    const imitated = this.#calls.get(call.nr);
    const decision = imitated?.entry(call);
    if (decision?.atExit) this.#underWay.set(call.task, imitated!);
    return decision;
  }

  onExit(call: StoppedCall): ExitDecision | undefined {
    const imitated = this.#underWay.get(call.task);
    this.#underWay.delete(call.task);
    return imitated?.exit?.(call);
  }

  onTaskEnd(task: Task): void {
    this.#underWay.delete(task);
  }
}
