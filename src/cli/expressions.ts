import { type InjectQualifier, parseInject } from '../faults/inject-grammar.ts';
import type { Rule } from '../faults/rule.ts';
import { RenacerError } from '../model/errors.ts';
import { parseSyscallSet, type SyscallSet } from '../syscalls/select.ts';

/** What the `-e` options of a command line say. */
export interface Expressions {
  /** The last `trace=`; undefined if there is none. */
  readonly trace: SyscallSet | undefined;
  /** `inject=` and `fault=`, in order. */
  readonly rules: readonly Rule[];
}

const QUALIFIERS =
  'trace trace-fds signal status quiet abbrev verbose raw read write decode-fds decode-pids inject fault'.split(' ');

/**
 * Takes `-e` expressions apart: `QUALIFIER=...`, or a set of system calls alone. A rule that does not say where it begins
 * does so at exec, as strace's, or, if `beginsAsSet`, where the setting `faults_from` says. Errors: USAGE and those of
 * each grammar.
 */
export function parseExpressions(expressions: readonly string[], beginsAsSet: boolean): Expressions {
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
        rules.push(injectRule(value, qualifier, beginsAsSet));
        break;
      default:
        throw new RenacerError(
          'USAGE',
          `-e: ${JSON.stringify(`${qualifier}=`)} is not allowed; allowed: ${QUALIFIERS.map((one) => `${one}=`).join(', ')}`,
        );
    }
  }
  return { trace, rules };
}

function injectRule(text: string, qualifier: InjectQualifier, beginsAsSet: boolean): Rule {
  const rule = parseInject(text, qualifier);
  return rule.from === undefined && !beginsAsSet ? { ...rule, from: 'exec' } : rule;
}
