import { globOf } from '../faults/glob.ts';
import { type InjectQualifier, parseInject } from '../faults/inject-grammar.ts';
import type { Rule } from '../faults/rule.ts';
import { RenacerError } from '../model/errors.ts';
import { parseSyscallSet, type SyscallSet } from '../syscalls/select.ts';
import { syscallName } from '../syscalls/syscall-table.ts';

/** What the `-e` options of a command line say. */
export interface Expressions {
  /** The last `trace=`; undefined if there is none. */
  readonly trace: SyscallSet | undefined;
  /** `inject=` and `fault=`, in order. */
  readonly rules: readonly Rule[];
}

const QUALIFIERS =
  'trace trace-fds signal status quiet abbrev verbose raw read write decode-fds decode-pids inject fault'.split(' ');

export interface RuleScope {
  /** A rule that does not say where it begins does so where the setting `faults_from` says; otherwise at exec, as strace's. */
  readonly beginsAsSet: boolean;
  /** Paths of `-P`, absolute: a rule that names none of its own is about calls on these alone, as strace's. */
  readonly paths: readonly string[];
  /** Rules are about calls that are traced alone, as strace's. */
  readonly tracedAlone: boolean;
}

/**
 * Takes `-e` expressions apart: `QUALIFIER=...`, or a set of system calls alone. Errors: USAGE and those of each grammar.
 */
export function parseExpressions(expressions: readonly string[], scope: RuleScope): Expressions {
  let trace: SyscallSet | undefined;
  const rules: Rule[] = [];
  for (const expression of expressions) {
    const [, qualifier, value] = /^([a-z-]+)=(.*)$/s.exec(expression) ?? [undefined, 'trace', expression];
    switch (qualifier) {
      case 'trace':
      case 't':
        trace = parseSyscallSet(value);
        break;
      case 'inject':
      case 'fault':
        rules.push(injectRule(value, qualifier, scope));
        break;
      default:
        throw new RenacerError(
          'USAGE',
          `-e: ${JSON.stringify(`${qualifier}=`)} is not allowed; allowed: ${QUALIFIERS.map((one) => `${one}=`).join(', ')}`,
        );
    }
  }
  return { trace, rules: scope.tracedAlone && trace ? rules.flatMap(traced(trace)) : rules };
}

/** What is left of a rule where it is about traced calls alone. */
function traced(trace: SyscallSet): (rule: Rule) => readonly Rule[] {
  return (rule) => {
    const numbers = parseSyscallSet(rule.selector.syscalls)
      .numbers()
      .filter((nr) => trace.has(nr));
    const syscalls = numbers.map(syscallName).join(',');
    return numbers.length === 0 ? [] : [{ ...rule, selector: { ...rule.selector, syscalls } }];
  };
}

function injectRule(text: string, qualifier: InjectQualifier, { beginsAsSet, paths }: RuleScope): Rule {
  const rule = parseInject(text, qualifier);
  const selector = paths.length === 0 ? rule.selector : { path: globOf(paths), ...rule.selector };
  return { ...rule, selector, ...(rule.from === undefined && !beginsAsSet && { from: 'exec' }) };
}
