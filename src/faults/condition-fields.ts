import { BadField, CONDITION, type Field } from './field.ts';
import { noValue, oneOf, readCount, readText, readTime, readWord } from './field-values.ts';
import { parseDecimal, parseFraction, printTime, printWord } from './inject-numbers.ts';
import {
  choice,
  DURATION,
  either,
  type JsonForm,
  type ListForm,
  numberBetween,
  type TextForm,
  TRUE,
  text,
  wholeNumber,
} from './json-form.ts';
import type { Rule } from './rule.ts';
import type { RuleDraft } from './rule-draft.ts';
import { COUNT_SCOPES, FAULT_STARTS, FD_KINDS, type FdKind, REALISM_LEVELS, RESULT_OPERATORS } from './selector.ts';
import { parseWhen, printWhen } from './when.ts';

/** A field of a rule that is no fault: which calls it is about, and by whose standards. */
interface ConditionField {
  /** Its name in the grammar, where that is not its key in a configuration file. */
  readonly word?: string;
  /** Throws BadField with the reason. */
  read(value: string | undefined, draft: RuleDraft): void;
  /** The text that is read as what the rule has; `true` for a bare word, undefined for nothing to say. */
  print(rule: Rule): string | true | undefined;
  readonly form: JsonForm;
}

/** The conditions of a rule as a configuration file says them. */
export interface ConditionsJson {
  readonly when?: string;
  readonly probability?: number;
  readonly count?: 'task' | 'tree';
  readonly times?: number;
  readonly path?: string;
  readonly fd?: number | FdKind;
  readonly args?: string | readonly string[];
  readonly result?: string;
  readonly comm?: string;
  readonly task?: string;
  readonly after_time?: string;
  readonly before_time?: string;

  readonly strace?: boolean;
  readonly from?: 'exec' | 'entry';
  readonly realism?: 'likely' | 'any';
}

const MAX_FD = 2 ** 31 - 1;
/** TASK_COMM_LEN of the kernel, less its NUL. */
const MAX_COMM_BYTES = 15;

/** By their keys in a configuration file, in the order in which they are printed. */
export const CONDITION_FIELDS: Readonly<Record<Exclude<keyof ConditionsJson, 'args' | 'result'>, ConditionField>> = {
  path: {
    read: (value, { selector }) => {
      selector.path = readGlob('path', value);
    },
    print: ({ selector }) => selector.path,
    form: text('a glob such as "/etc/*"'),
  },
  fd: {
    read: (value, { selector }) => {
      selector.fd = readFd(value);
    },
    print: ({ selector }) => optional(selector.fd, String),
    form: either(
      `a number, ${FD_KINDS.map((kind) => `"${kind}"`).join(', ')}`,
      wholeNumber('a number', 0),
      choice(FD_KINDS),
    ),
  },
  comm: {
    read: (value, { selector }) => {
      selector.comm = readComm(value);
    },
    print: ({ selector }) => selector.comm,
    form: text('the name of a program'),
  },
  task: {
    read: (value, { selector }) => {
      selector.task = readLineage(value);
    },
    print: ({ selector }) => selector.task,
    form: text('the lineage of a task such as "0.1"', /^0(\.[1-9]\d*)*$/),
  },
  after_time: {
    word: 'after-time',
    read: (value, { selector }) => {
      selector.afterTimeNs = readTime('after-time', value);
    },
    print: ({ selector }) => optional(selector.afterTimeNs, printTime),
    form: DURATION,
  },
  before_time: {
    word: 'before-time',
    read: (value, { selector }) => {
      selector.beforeTimeNs = readTime('before-time', value);
    },
    print: ({ selector }) => optional(selector.beforeTimeNs, printTime),
    form: DURATION,
  },
  probability: {
    word: 'prob',
    read: (value, { selector }) => {
      selector.probability = readProbability(value);
    },
    print: ({ selector }) => optional(selector.probability, String),
    form: numberBetween(0, 1, 'a number from 0 to 1'),
  },
  count: {
    read: (value, { selector }) => {
      selector.count = oneOf('count', COUNT_SCOPES, value);
    },
    print: ({ selector }) => (selector.count === 'task' ? undefined : selector.count),
    form: choice(COUNT_SCOPES),
  },
  times: {
    read: (value, { selector }) => {
      selector.times = readCount('times', value, 1);
    },
    print: ({ selector }) => optional(selector.times, String),
    form: wholeNumber('a whole number of at least 1', 1),
  },
  when: {
    read: (value = '', { selector }) => {
      const when = parseWhen(value);
      if (when === undefined) throw new BadField(`when takes FIRST[..LAST][+[STEP]], not '${value}'`);
      selector.when = when;
    },
    print: ({ selector }) => optional(selector.when, printWhen),
    form: text('FIRST[..LAST][+[STEP]], such as "3+"', /^\d+(\.\.\d+)?(\+\d*)?$/),
  },
  from: {
    read: (value, draft) => {
      draft.from = oneOf('from', FAULT_STARTS, value);
    },
    print: ({ from }) => from,
    form: choice(FAULT_STARTS),
  },
  realism: {
    read: (value, draft) => {
      draft.realism = oneOf('realism', REALISM_LEVELS, value);
    },
    print: ({ realism }) => (realism === 'likely' ? undefined : realism),
    form: choice(REALISM_LEVELS),
  },
  strace: {
    read: (value, draft) => {
      noValue('strace', value);
      draft.semantics = 'strace';
    },
    print: ({ semantics }) => (semantics === 'strace' ? true : undefined),
    form: TRUE,
  },
};

/** Of `args` and `result`, whose fields carry the operator in their names. */
export const OPERATOR_FORMS: { readonly args: ListForm; readonly result: TextForm } = {
  args: { type: 'list', of: text('"argN&MASK" or "argN==VALUE", in a list', /^arg[1-6](&|==)\S+$/) },
  result: text('a condition such as ">=0"', /^(>=|<=|==|!=|<|>)-?\d+$/),
};

const BY_WORD: ReadonlyMap<string, ConditionField> = new Map(
  Object.entries(CONDITION_FIELDS).map(([key, field]) => [field.word ?? key, field]),
);

/** The fields of conditions by their names in the grammar. */
export const CONDITION_WORDS: readonly string[] = [...BY_WORD.keys()];

const ARG_FIELD = /^arg([1-6])(&|==)$/;

/** Reads a field of conditions; false if it is none. */
export function readCondition(field: Field, draft: RuleDraft): boolean {
  const reader = BY_WORD.get(field.name);
  if (reader === undefined) return readOperator(field, draft);
  reader.read(field.value, draft);
  return true;
}

/** Reads `argN&MASK`, `argN==V` and `resultOPERATOR...`. */
function readOperator({ name, value = '' }: Field, { selector }: RuleDraft): boolean {
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

/** The fields that say the conditions of a rule. What is as it would be without saying so is left out. */
export function fieldsOfConditions(rule: Rule): Field[] {
  const { args = [], result } = rule.selector;
  const operators: Field[] = args.map(({ arg, test, value }) => ({
    name: `arg${arg}${test === 'equal' ? '==' : '&'}`,
    value: printMask(value),
  }));
  if (result) operators.push({ name: `result${result.operator}`, value: `${result.value}` });
  const fields = [...BY_WORD].flatMap(([name, { print }]): Field[] => {
    const value = print(rule);
    return value === undefined ? [] : [{ name, value: value === true ? undefined : value }];
  });
  const after = fields.findLastIndex(({ name }) => name === 'path' || name === 'fd') + 1;
  return [...fields.slice(0, after), ...operators, ...fields.slice(after)];
}

/** Whether a field is a condition whose name carries its operator. */
export function isOperatorField(name: string): boolean {
  return CONDITION.test(name);
}

function optional<T>(value: T | undefined, print: (value: T) => string): string | undefined {
  return value === undefined ? undefined : print(value);
}

/** Masks and flags read better in hexadecimal, negative numbers (AT_FDCWD) do not. */
function printMask(value: bigint): string {
  return value >> 63n === 0n ? `0x${value.toString(16)}` : printWord(value);
}

/** A number from 0 to 1, or a percentage. */
function readProbability(value = ''): number {
  const percent = value.endsWith('%');
  const number = parseFraction(percent ? value.slice(0, -1) : value);
  const probability = number === undefined ? undefined : percent ? number / 100 : number;
  if (probability === undefined || probability > 1)
    throw new BadField(`prob takes a number from 0 to 1, or a percentage such as 50%, not '${value}'`);
  return probability;
}

/** A backslash before a colon says nothing more than the colon, in a glob: it goes, so that one glob has one text. */
function readGlob(name: string, value = ''): string {
  const glob = readText(name, value).replace(/\\(.)/gs, (pair, char) => (char === ':' ? ':' : pair));
  if (/(^|[^\\])(\\\\)*\\$/.test(glob)) throw new BadField(`${name} ends in a backslash that stands before nothing`);
  return glob;
}

function readComm(value = ''): string {
  const bytes = Buffer.from(readText('comm', value));
  if (bytes.length > MAX_COMM_BYTES) {
    throw new BadField(
      `comm is cut by the kernel after ${MAX_COMM_BYTES} bytes: '${bytes.subarray(0, MAX_COMM_BYTES)}'`,
    );
  }
  return value;
}

function readLineage(value = ''): string {
  if (/^0(\.[1-9]\d*)*$/.test(value)) return value;
  throw new BadField(`task takes a path of forks such as 0.1.2, not '${value}'`);
}

function readFd(value = ''): number | FdKind {
  const fd = parseDecimal(value, 0, MAX_FD) ?? FD_KINDS.find((kind) => kind === value);
  if (fd === undefined) throw new BadField(`fd takes a number or one of ${FD_KINDS.join(', ')}, not '${value}'`);
  return fd;
}
