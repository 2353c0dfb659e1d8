import { parseInject } from '../faults/inject-grammar.ts';
import { type RuleJson, ruleToJson } from '../faults/rule-json.ts';
import { RenacerError } from '../model/errors.ts';
import { parseSyscallSet, type SyscallSet } from '../syscalls/select.ts';

/** What the `-e` options of a command line say. */
export interface Expressions {
  /** The last `trace=`; undefined if there is none. */
  readonly trace: SyscallSet | undefined;
  /** `inject=` and `fault=`, in order. */
  readonly rules: readonly RuleJson[];
}

const QUALIFIERS = ['trace', 'inject', 'fault'];

/** Takes `-e` expressions apart: `QUALIFIER=...`, or a set of system calls alone. Errors: USAGE and those of each grammar. */
export function parseExpressions(expressions: readonly string[]): Expressions {
  let trace: SyscallSet | undefined;
  const rules: RuleJson[] = [];
  for (const expression of expressions) {
    const [, qualifier, value] = /^([a-z-]+)=(.*)$/s.exec(expression) ?? [undefined, 'trace', expression];
    switch (qualifier) {
      case 'trace':
      case 't':
        trace = parseSyscallSet(value);
        break;
      case 'inject':
      case 'fault':
        rules.push(ruleToJson(parseInject(value, qualifier)));
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
