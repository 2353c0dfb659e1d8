import { wake } from '../../../../linux/poll.ts';
import type { ArgumentConditions } from '../../../../linux/seccomp-filter.ts';
import { type SocketAddress, SocketCalls } from '../../../../linux/sockets.ts';
import { SYS } from '../../../../linux/syscall-numbers.ts';
import { syscallNumber } from '../../../../syscalls/syscall-table.ts';
import type { EntryDecision, ExitDecision, Policy, StoppedCall } from '../../../../tracer/policy.ts';
import type { Task } from '../../../../tracer/task.ts';
import { TargetMatcher } from '../../impairment/target-matcher.ts';
import { hostOf, portOf } from '../../sockets/addresses.ts';
import type { EmulationPlan } from '../shared/relay-requests.ts';
import { RelayState } from '../shared/relay-state.ts';
import { ConnectionCalls } from './connection-calls.ts';
import { DatagramArrivals } from './datagram-arrivals.ts';
import { DatagramCalls } from './datagram-calls.ts';
import { DatagramEnds } from './datagram-ends.ts';
import type { EmulatedCall, EmulationTools } from './emulated-call.ts';
import { NameCalls } from './name-calls.ts';
import { ServerCalls } from './server-calls.ts';
import { TreeSockets } from './tree-sockets.ts';
import { UdpLinks } from './udp-links.ts';

/**
 * A bad network by the system calls of the tree, for want of privileges: TCP connections are led through a relay in this
 * process, datagrams are sent by it. Data of connections needs no stops.
 */
export class NetworkEmulation implements Policy {
  readonly armed: ReadonlySet<number>;
  /** What comes without an address is about a connection: its data does not stop. */
  readonly armedByArgument: ArgumentConditions = new Map([
    [SYS.sendto, { argument: 4, is: 'not-zero' }],
    [SYS.recvfrom, { argument: 4, is: 'not-zero' }],
  ]);
  readonly onlyCallsThatHappen = true;
  readonly #calls = new Map<number, EmulatedCall[]>();
  /** Calls whose exit is awaited. */
  readonly #underWay = new Map<Task, EmulatedCall>();

  constructor(plan: EmulationPlan) {
    const tools = makeTools(plan);
    const links = new UdpLinks(tools);
    const sorts = [
      new ConnectionCalls(tools, plan),
      new ServerCalls(tools, plan),
      new NameCalls(tools),
      new DatagramEnds(tools, links),
      new DatagramCalls(tools, links),
      new DatagramArrivals(tools, links),
    ];
    for (const [name, call] of sorts.flatMap(({ calls }) => Object.entries(calls))) {
      const number = syscallNumber(name)!;
      this.#calls.set(number, [...(this.#calls.get(number) ?? []), call]);
    }
    this.armed = new Set(this.#calls.keys());
  }

  onEntry(call: StoppedCall): EntryDecision | undefined {
    for (const emulated of this.#calls.get(call.nr) ?? []) {
      const decision = emulated.entry(call);
      if (decision?.atExit) this.#underWay.set(call.task, emulated);
      if (decision) return decision;
    }
    return undefined;
  }

  onExit(call: StoppedCall): ExitDecision | undefined {
    const emulated = this.#underWay.get(call.task);
    this.#underWay.delete(call.task);
    return emulated?.exit?.(call);
  }

  onTaskEnd(task: Task): void {
    this.#underWay.delete(task);
  }
}

function makeTools(plan: EmulationPlan): EmulationTools {
  const matchers = plan.rules.map(({ targets }) => new TargetMatcher(targets));
  const sockets = new SocketCalls();
  const state = new RelayState(plan.state);
  const matches = (peer: SocketAddress, port: number): boolean =>
    matchers.some((matcher) => matcher.matches(hostOf(peer), port || undefined));
  return {
    sockets,
    tree: new TreeSockets(sockets),
    state,
    covers: (peer) => matches(peer, portOf(peer)),
    coversService: matches,
    mayServe: (port) => matchers.some((matcher) => matcher.mayMatch(port)),
    send(request) {
      plan.port.postMessage(request);
      wake(plan.wakeFd);
    },
    sweep: () => state.sweep(() => wake(plan.wakeFd)),
  };
}
