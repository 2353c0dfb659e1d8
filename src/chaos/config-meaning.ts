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
import { type PhaseForm, phaseProblems, REQUEST } from './scenario/phase-form.ts';
import { type ProbeForm, probeProblems } from './scenario/probe-form.ts';
import { type TriggerForm, triggerProblems } from './scenario/trigger-form.ts';

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
  const nested = [OPTIONS.networkRules.key, OPTIONS.phases.key].flatMap((key) => {
    const list = at(file, key);
    return list === undefined ? [] : placed(list, [...prefix, key]);
  });
  const ofScenario = prefix.length > 0 ? [] : scenarioParts(file, isSound);
  return [...found, ...nested.flatMap(([inner, path]) => meaningProblems(inner, isSound, path)), ...ofScenario];
}

/** Phases, probes and triggers, each by itself. */
function scenarioParts(file: object, isSound: (path: Path) => boolean): Problem[] {
  const sound = (name: OptionName) => {
    const { key } = optionOf(name);
    const given = at(file, key);
    return given === undefined ? [] : placed(given, key.split('.')).filter(([, path]) => isSound(path));
  };
  const phases = sound('phases') as [PhaseForm & FileForm, Path][];
  const ofPhases = phases.flatMap(([{ on, until }, path]): [TriggerForm | undefined, Path][] => [
    [on === REQUEST ? undefined : on, [...path, 'on']],
    [until, [...path, 'until']],
  ]);
  const triggers = [...ofPhases, ...(sound('abortOn') as [TriggerForm, Path][])];
  return [
    ...phases.flatMap(([phase, path]) => phaseProblems(phase, path)),
    ...(sound('steadyState.probes') as [ProbeForm, Path][]).flatMap(([probe, path]) => probeProblems(probe, path)),
    ...triggers.flatMap(([trigger, path]) =>
      trigger === undefined ? [] : [...triggerProblems(trigger, path), ...callProblems(trigger, [...path, 'syscall'])],
    ),
  ];
}

function callProblems({ syscall }: TriggerForm, path: Path): Problem[] {
  if (syscall === undefined) return [];
  const text = refusal(printPath(path), () => parseSyscallSet([syscall].flat().join(',')));
  return text === undefined ? [] : [{ path, pointsAt: 'value', text }];
}

function problemsOf(file: object, name: OptionName, isSound: (path: Path) => boolean, prefix: Path): Problem[] {
  const { key } = optionOf(name);
  const given = at(file, key);
  if (given === undefined) return [];
  return placed(given, [...prefix, ...key.split('.')])
    .filter(([, path]) => isSound(path))
    .flatMap(([member, path]) => {
      const text = refusal(printPath(path), (place) => {
        for (const one of wordsOf(name, member, place)) READERS[name]!(one as never, place);
      });
      return text === undefined ? [] : [{ path, pointsAt: 'value' as const, text }];
    });
}

/** Words of a list may be one text with commas. */
function wordsOf(name: OptionName, member: unknown, place: string): readonly unknown[] {
  const { kind } = optionOf(name);
  return kind.type === 'list' && typeof member === 'string'
    ? (kind.parse(member, place) as readonly unknown[])
    : [member];
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
