import type { ArgumentType, Call, InputType, OutputType, Signature } from '../argument-type.ts';
import { upperHalf } from '../argument-words.ts';
import { GET_MEMPOLICY_FLAGS, MBIND_FLAGS, MEMORY_POLICIES, MEMORY_POLICY_FLAGS } from '../constants/uapi.generated.ts';
import { onSize } from '../dependence.ts';
import { errnoNameOf } from '../errnos.ts';
import { i32, pointerAt, u32 } from '../memory-words.ts';
import { address, hexadecimal, namedValue, pid, size } from '../types/numbers.ts';
import { arrayIn, arrayOut, boxed, structOut } from '../types/pointers.ts';

const MODE_FLAGS = 0xe000;
/** No machine has more nodes. */
const MAX_NODES = 65536;

const policy: InputType = {
  when: 'entry',
  print(call, arg) {
    const value = call.args.u32(arg);
    const high = upperHalf(call, arg);
    if (high !== 0) return MEMORY_POLICIES.text64(value, high);
    const name = MEMORY_POLICIES.known(value & ~MODE_FLAGS);
    const flags = value & MODE_FLAGS;
    if (flags === 0) return MEMORY_POLICIES.text(value);
    return name === undefined ? MEMORY_POLICY_FLAGS.text(value) : `${name}|${MEMORY_POLICY_FLAGS.text(flags)}`;
  },
};

/** A set of nodes in whole words, of `nodes` bits less one: `[0x0000000000000001]`. */
function nodeWord(bytes: Uint8Array): string {
  const digits = `${u32(bytes, 4).toString(16).padStart(8, '0')}${u32(bytes, 0).toString(16).padStart(8, '0')}`;
  // As C prints it by %#018lx.
  return /[1-9a-f]/.test(digits) ? `0x${digits}` : digits;
}

function words(args: Call['args'], argument: number): number {
  return Math.ceil((Math.min(args.unsigned(argument), MAX_NODES) - 1) / 64);
}

function nodesIn(args: Call['args'], argument: number): ArgumentType {
  if (args.unsigned(argument) > MAX_NODES) return address;
  return arrayIn(Math.max(words(args, argument), 0), 8, nodeWord);
}

function nodesOut(args: Call['args'], argument: number): ArgumentType {
  if (args.unsigned(argument) > MAX_NODES) return address;
  return arrayOut(Math.max(words(args, argument), 0), 8, nodeWord);
}

const pages = arrayIn({ arg: 1 }, 8, (bytes) => pointerAt(bytes, 0));
const pageNodes = arrayIn({ arg: 1 }, 4, (bytes) => String(i32(bytes, 0)));
/** Where each page is, or why it is not: `[0, -ENOENT]`. */
const pageStates: OutputType = arrayOut({ arg: 1 }, 4, (bytes) => {
  const state = i32(bytes, 0);
  return state < 0 ? `-${errnoNameOf(-state) ?? -state}` : String(state);
});

/** Sizes of sets of nodes, as libnuma and programs pass them. */
const NODE_SETS = [64, 65, 128, 129, 256, 257, 512, 513, 1024, 1025, 4096, 4097];

/** On which nodes memory lies. */
export const NUMA: Readonly<Record<string, Signature>> = {
  mbind: {
    args: (args) => [address, size, policy, nodesIn(args, 4), size, namedValue(MBIND_FLAGS)],
    dependsOn: onSize(4, 0, NODE_SETS),
  },
  set_mempolicy: { args: (args) => [policy, nodesIn(args, 2), size], dependsOn: onSize(2, 0, NODE_SETS) },
  get_mempolicy: {
    args: (args) => [
      structOut(
        4,
        boxed((bytes) => MEMORY_POLICIES.text(u32(bytes, 0))),
      ),
      nodesOut(args, 2),
      size,
      address,
      namedValue(GET_MEMPOLICY_FLAGS),
    ],
    dependsOn: onSize(2, 0, NODE_SETS),
  },
  set_mempolicy_home_node: { args: [address, size, size, hexadecimal] },
  migrate_pages: { args: (args) => [pid, size, nodesIn(args, 1), nodesIn(args, 1)] },
  move_pages: { args: [pid, size, pages, pageNodes, pageStates, namedValue(MBIND_FLAGS)] },
};
