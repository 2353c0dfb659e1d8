import type { CgroupIdentity } from '../../../linux/cgroup-identity.ts';
import {
  accept,
  addLabels,
  type Expression,
  hasLabels,
  limitSegments,
  loopback,
  markIs,
  opensConnection,
  type QueueStyle,
  queue,
  socketOfCgroup,
} from '../../../linux/nf-expressions.ts';
import { type BaseChain, NF_INET_LOCAL_IN, NF_INET_LOCAL_OUT, NF_INET_PRE_ROUTING } from '../../../linux/nf-tables.ts';

/** Before address translation on the way out and after it on the way in, so that both show the addresses that the tree knows. */
const OUTPUT_PRIORITY = -150;
const INPUT_PRIORITY = 150;
const ARRIVAL_PRIORITY = -150;

/** What is the same for all rules of a run. */
export interface RuleScope {
  /** Most bytes that TCP sends in one packet, where they are to be less than the 64 KiB of loopback. */
  readonly segmentBytes: number | undefined;
  /** The mark of packets that the engine itself sends. */
  readonly mark: number;
  readonly queues: {
    /** Packets of the tree's connections. */
    readonly known: number;
    /** First packets of connections that someone outside of the tree begins. */
    readonly inbound: number;
    /** Packets that the tree sends out of the machine. */
    readonly outbound: number;
  };
}

/** The tree's traffic among that of others. */
export interface TreeScope extends RuleScope {
  readonly cgroup: CgroupIdentity;
  /** The conntrack labels that, together, mark the tree's connections. */
  readonly labels: Uint8Array;
}

/**
 * The rules that bring the tree's packets, and no others, into the queues.
 *
 * A socket belongs to the cgroup that it was created in. Not every packet can be told by its socket (an answer from
 * outside is sent by another one, a SYN-ACK by none), so the first that can labels its connection. On loopback, where
 * each packet passes both hooks, it is queued on arrival: there no socket is charged for it any more, and its loss is
 * silent.
 */
export function treeRules({ cgroup, labels, mark, segmentBytes, queues }: TreeScope, style: QueueStyle): BaseChain[] {
  const ours = socketOfCgroup(cgroup.inode, cgroup.level);
  const known = hasLabels(labels);
  const limit = (scope: Expression[]) => limitedSegments(segmentBytes, scope);
  return [
    {
      name: 'output',
      hook: NF_INET_LOCAL_OUT,
      priority: OUTPUT_PRIORITY,
      rules: [
        [...markIs(mark), ...addLabels(labels)],
        [...markIs(mark), ...accept()],
        [...ours, ...addLabels(labels)],
        ...limit(known),
        [...loopback('output'), ...accept()],
        [...ours, ...queue(queues.outbound, style)],
        [...known, ...queue(queues.outbound, style)],
      ],
    },
    {
      name: 'input',
      hook: NF_INET_LOCAL_IN,
      priority: INPUT_PRIORITY,
      rules: [
        [...markIs(mark), ...accept()],
        [...known, ...queue(queues.known, style)],
        ...limit(ours),
        [...ours, ...addLabels(labels), ...queue(queues.inbound, style)],
        [...ours, ...queue(queues.inbound, style)],
      ],
    },
  ];
}

/** The rules for a network namespace of which the tree has all: each packet passes its loopback interface once. */
export function namespaceRules({ mark, segmentBytes, queues }: RuleScope, style: QueueStyle): BaseChain[] {
  return [
    {
      name: 'prerouting',
      hook: NF_INET_PRE_ROUTING,
      priority: ARRIVAL_PRIORITY,
      rules: [[...markIs(mark), ...accept()], ...limitedSegments(segmentBytes, []), queue(queues.known, style)],
    },
  ];
}

function limitedSegments(segmentBytes: number | undefined, scope: Expression[]): Expression[][] {
  return segmentBytes === undefined ? [] : [[...opensConnection(), ...scope, ...limitSegments(segmentBytes)]];
}
