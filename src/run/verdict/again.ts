import type { ChaosConfig } from '../../chaos/config.ts';
import { partsOf } from '../../chaos/tiers.ts';
import { printInject } from '../../faults/inject-grammar.ts';
import type { Rule } from '../../faults/rule.ts';
import { straceExpressions } from '../../faults/strace-expressions.ts';
import { shellQuote } from '../command/shell-quote.ts';
import type { RunFacts } from './run-facts.ts';

/** The commands that make a run again. */

/** The command line that makes the same run again. The seed stands in it even if it was drawn. */
export function again({ chaos, seed, command, checks, replay, attached = [] }: RunFacts): string {
  const flags = chaos?.withSettings(replay === undefined ? { seed } : {}).toFlags() ?? [];
  const words = [
    ...(replay === undefined ? [] : ['replay', replay.name]),
    ...flags.filter((flag) => !flag.startsWith('--chaos-rule=')),
    ...(chaos?.own.rules ?? []).flatMap((rule) => ['-e', `inject=${printInject(asExpression(rule, chaos))}`]),
    ...checks.flatMap((check) => [check.after === 'success' ? '--verify' : '--verify-always', check.command]),
  ];
  const targets = attached.flatMap((pid) => ['-p', String(pid)]);
  return shellQuote(['renacer', ...words, ...targets, ...(command.length > 0 ? ['--', ...command] : [])]);
}

/** A rule so that it begins as expression where it did: without a word, that is at exec, unless a setting says another. */
function asExpression({ from, ...rule }: Rule, chaos: ChaosConfig | undefined): Rule {
  if (chaos?.settings.faultsFrom !== undefined) return from === undefined ? rule : { ...rule, from };
  return from === 'exec' ? rule : { ...rule, from: from ?? 'entry' };
}

/** Undefined if anything of the run is beyond strace. */
export function straceCommand({ chaos, command, ended, tracing }: RunFacts): string | undefined {
  const plan = tracing?.faults;
  if (!chaos || !plan || command.length === 0 || partsOf(chaos.settings).some((part) => part !== 'rules'))
    return undefined;
  // Where Renacer left out what the kernel could not do, strace would have done it.
  if (ended.rules.some(({ impossible }) => impossible > 0)) return undefined;
  const expressions = straceExpressions(plan.rules);
  return expressions && shellQuote(['strace', '-f', ...expressions.flatMap((text) => ['-e', text]), ...command]);
}
