import { parseBug } from '../faults/bugs/parse-bug.ts';
import { type RuleJson, ruleFromJson } from '../faults/rule-json.ts';
import { RenacerError } from '../model/errors.ts';
import { parseSyscallSet } from '../syscalls/select.ts';
import { at } from './dotted-keys.ts';
import { type FileForm, membersOf, withRatesRead } from './file-form.ts';
import { parseTarget } from './network/impairment/targets.ts';
import type { OptionName } from './option.ts';
import { OPTIONS, optionOf } from './options.ts';
import { type Path, type Problem, printPath } from './problems.ts';

/** What reads one member of an option as a run will. */
const READERS: Partial<Readonly<Record<OptionName, (member: never, place: string) => void>>> = {
  rules(rule: RuleJson) {
    parseSyscallSet(ruleFromJson(withRatesRead(rule)).selector.syscalls);
  },
  bugs: (bug: string) => void parseBug(bug),
  networkTo: (target: string) => void parseTarget(target),
  'byzantine.syscalls': (set: string) => void parseSyscallSet(set),
  'byzantine.errors': (name: string, place) => void OPTIONS['byzantine.errors'].kind.parse(name, place),
};

/**
 * What is right in its form and yet means nothing: calls, errors, bugs and targets that do not exist. `isSound` says
 * whether the form of a value is right.
 */
export function meaningProblems(file: unknown, isSound: (path: Path) => boolean, prefix: Path = []): Problem[] {
  if (typeof file !== 'object' || file === null) return [];
  const names = Object.keys(READERS) as (keyof typeof READERS)[];
  const found = names.flatMap((name) => problemsOf(file, name, isSound, prefix));
  const { key } = OPTIONS.networkRules;
  const rules = prefix.length > 0 ? undefined : at(file, key);
  if (rules === undefined) return found;
  return [...found, ...placed(rules, [key]).flatMap(([rule, path]) => meaningProblems(rule, isSound, path))];
}

function problemsOf(file: object, name: OptionName, isSound: (path: Path) => boolean, prefix: Path): Problem[] {
  const { key } = optionOf(name);
  const given = at(file, key);
  if (given === undefined) return [];
  return placed(given, [...prefix, ...key.split('.')])
    .filter(([, path]) => isSound(path))
    .flatMap(([member, path]) => {
      const text = refusal(printPath(path), (place) => READERS[name]!(member as never, place));
      return text === undefined ? [] : [{ path, pointsAt: 'value' as const, text }];
    });
}

/** The members of a list with their paths; what is no list is its only member. */
function placed(given: unknown, path: Path): [member: unknown, path: Path][] {
  return membersOf(given as FileForm).map((member, index) => [member, Array.isArray(given) ? [...path, index] : path]);
}

function refusal(place: string, read: (place: string) => void): string | undefined {
  try {
    read(place);
    return undefined;
  } catch (error) {
    if (!(error instanceof RenacerError)) throw error;
    const { code, message, hint } = error;
    if (code === 'INVALID_VALUE') return message;
    // The rule itself is what the place shows.
    const reason = code === 'BAD_FAULT_RULE' ? hint : [message, hint].filter(Boolean).join('. ');
    return `${place}: ${reason}`;
  }
}
