import { RANDOM_KINDS, RANDOM_REALISM } from '../../faults/selector.ts';
import { data, FAULTS_START, type Kind, RATE } from '../kinds.ts';
import type { ByzantineOptionName, TierOptions } from '../option.ts';
import { badValue } from '../quantities.ts';
import { choice, ERRORS, listOf, wordList } from '../word-kinds.ts';

const JSON_RULE = 'an object with "syscall" and at least one fault, such as {"syscall": "read", "error": "EIO"}';
const SYSCALL_WORD = /^[!?]{0,2}[%/]?[^\s,]+$/;

const TRACE_FILE: Kind<string> = {
  type: 'text',
  argument: 'FILE',
  allowed: 'the path of a trace',
  parse(text, name) {
    if (text.trim() === '' || text.includes('\0')) throw badValue(name, JSON.stringify(text), this.allowed);
    return text;
  },
  print: (text) => text,
};

/** Faults of system calls: random ones, chosen ones, simulated bugs. */
export const BYZANTINE_OPTIONS: TierOptions<ByzantineOptionName> = {
  'byzantine.rate': {
    kind: RATE,
    key: 'byzantine.rate',
    flag: '--chaos-byzantine',
    builder: 'withByzantineFaults',
    summary: 'Chance that an eligible system call gets a random fault',
    example: 0.01,
  },
  'byzantine.syscalls': {
    kind: wordList(SYSCALL_WORD, 'system calls or classes such as "read", "%network"', 'LIST'),
    key: 'byzantine.syscalls',
    flag: '--chaos-byzantine-syscalls',
    builder: 'withFaultSyscalls',
    summary: 'System calls that random faults may hit',
    example: ['read', '%network'],
    shapes: ['byzantine.rate'],
  },
  'byzantine.kinds': {
    kind: listOf(RANDOM_KINDS),
    key: 'byzantine.kinds',
    flag: '--chaos-byzantine-kinds',
    builder: 'withFaultKinds',
    summary: 'Kinds of random faults',
    example: ['error', 'short'],
    default: [...RANDOM_KINDS],
    shapes: ['byzantine.rate'],
  },
  'byzantine.errors': {
    kind: ERRORS,
    key: 'byzantine.errors',
    flag: '--chaos-byzantine-errors',
    builder: 'withErrors',
    summary: 'Errors that random faults return',
    example: ['EIO', 'ENOSPC'],
    shapes: ['byzantine.rate'],
  },
  'byzantine.realism': {
    kind: choice(RANDOM_REALISM),
    key: 'byzantine.realism',
    flag: '--chaos-byzantine-realism',
    builder: 'withRealism',
    summary:
      'Only errors that the call could return in its situation, or any error, or those of a real run, as often as there',
    example: 'any',
    default: 'likely',
    shapes: ['byzantine.rate'],
  },
  'byzantine.learnedFrom': {
    kind: TRACE_FILE,
    key: 'byzantine.learned_from',
    flag: '--chaos-byzantine-learned-from',
    builder: 'withLearnedFrom',
    summary: 'Trace of a real run, by --format json or by strace: how often each call failed, and how',
    example: 'real.trace',
    shapes: ['byzantine.realism'],
    shapesOnly: 'learned',
  },
  rules: {
    kind: data('JSON', JSON_RULE),
    key: 'rules',
    flag: '--chaos-rule',
    builder: 'withRule',
    summary: 'Faults at chosen system calls',
    example: [{ syscall: 'read', path: '/etc/*', error: 'EIO', when: '3+', probability: 0.5 }],
    repeat: true,
  },
  bugs: {
    kind: wordList(/^[a-z][a-z0-9-]*(:[^\s,]+)?$/, 'names of simulated bugs, NAME or NAME:ARGUMENTS', 'NAME[:...]'),
    key: 'bugs',
    flag: '--chaos-bug',
    builder: 'withBugs',
    summary: 'Simulated kernel bugs',
    example: ['short-getrandom'],
  },
  faultsFrom: {
    kind: FAULTS_START,
    key: 'faults_from',
    flag: '--faults-from',
    builder: 'withFaultsFrom',
    summary: "When faults begin: at exec, at the program's own entry point (after the dynamic loader), or after a time",
    example: 'exec',
    default: 'entry',
    shapes: ['byzantine.rate', 'rules', 'bugs'],
    wholeRun: true,
  },
};
