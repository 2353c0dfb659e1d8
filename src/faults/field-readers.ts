import {
  noValue,
  oneOf,
  readComm,
  readCorruption,
  readCount,
  readErrno,
  readFd,
  readGlob,
  readLineage,
  readPokes,
  readProbability,
  readQuirk,
  readShort,
  readSignal,
  readTime,
  readWord,
} from './field-values.ts';
import { type CallFault, COUNT_SCOPES, FAULT_STARTS, REALISM_LEVELS, RESULT_OPERATORS } from './rule.ts';
import { BadField, type Field, type RuleDraft } from './rule-draft.ts';
import { PURE_SYSCALLS } from './strace-names.ts';
import { parseWhen } from './when.ts';

type FieldReader = (value: string | undefined, draft: RuleDraft) => void;

/** Every field by its name, and what it does to the rule. strace's own come first. */
export const FIELD_READERS: Readonly<Record<string, FieldReader>> = {
  error: (value, draft) => setCall(draft, { kind: 'error', errno: readErrno(value) }),
  retval: (value, draft) => setCall(draft, { kind: 'retval', value: readWord('retval', value) }),
  signal: (value, { fault }) => {
    fault.signal = readSignal(value);
  },
  syscall: (value, { fault }) => {
    fault.substitute = oneOf('syscall', PURE_SYSCALLS, value);
  },
  delay_enter: (value, { fault }) => {
    fault.delayEnterNs = readTime('delay_enter', value);
  },
  delay_exit: (value, { fault }) => {
    fault.delayExitNs = readTime('delay_exit', value);
  },
  poke_enter: (value, { fault }) => {
    fault.pokeEnter = readPokes('poke_enter', value);
  },
  poke_exit: (value, { fault }) => {
    fault.pokeExit = readPokes('poke_exit', value);
  },
  when: (value, { selector }) => {
    const when = parseWhen(value ?? '');
    if (when === undefined) throw new BadField(`when takes FIRST[..LAST][+[STEP]], not '${value ?? ''}'`);
    selector.when = when;
  },

  prob: (value, { selector }) => {
    selector.probability = readProbability(value);
  },
  count: (value, { selector }) => {
    selector.count = oneOf('count', COUNT_SCOPES, value);
  },
  times: (value, { selector }) => {
    selector.times = readCount('times', value, 1);
  },
  path: (value, { selector }) => {
    selector.path = readGlob('path', value);
  },
  fd: (value, { selector }) => {
    selector.fd = readFd(value);
  },
  comm: (value, { selector }) => {
    selector.comm = readComm(value);
  },
  task: (value, { selector }) => {
    selector.task = readLineage(value);
  },
  'after-time': (value, { selector }) => {
    selector.afterTimeNs = readTime('after-time', value);
  },

  short: (value, draft) => setCall(draft, readShort(value)),
  after: (value, draft) => setCall(draft, { kind: 'after', errno: readErrno(value) }),
  lost: (value, draft) => {
    noValue('lost', value);
    setCall(draft, { kind: 'lost' });
  },
  corrupt: (value, { fault }) => {
    fault.corrupt = readCorruption(value);
  },
  kill: (value, draft) => {
    setCall(draft, { kind: 'kill', moment: oneOf('kill', ['before', 'after'] as const, value ?? 'before') });
  },

  quirk: (value, draft) => setCall(draft, readQuirk(value)),

  strace: (value, draft) => {
    noValue('strace', value);
    draft.semantics = 'strace';
  },
  from: (value, draft) => {
    draft.from = oneOf('from', FAULT_STARTS, value);
  },
  realism: (value, draft) => {
    draft.realism = oneOf('realism', REALISM_LEVELS, value);
  },
};

const ARG_FIELD = /^arg([1-6])(&|==)$/;

/** Reads `argN&MASK`, `argN==V` and `resultOPERATOR...`, whose names carry the operator. False if it is none of them. */
export function readConditionField({ name, value = '' }: Field, { selector }: RuleDraft): boolean {
  const operator = RESULT_OPERATORS.find((each) => name === `result${each}`);
  const arg = ARG_FIELD.exec(name);
  if (operator === undefined && arg === null) return false;
  const word = readWord(name, value);
  if (arg !== null) {
    const test = arg[2] === '&' ? 'any-bit' : 'equal';
    selector.args = [...(selector.args ?? []), { arg: Number(arg[1]), test, value: word }];
  } else {
    if (selector.result !== undefined) throw new BadField('a condition on the result is given twice');
    selector.result = { operator: operator!, value: BigInt.asIntN(64, word) };
  }
  return true;
}

function setCall({ fault }: RuleDraft, call: CallFault): void {
  if (fault.call !== undefined) throw new BadField(`${call.kind} can't go with ${fault.call.kind}`);
  fault.call = call;
}
