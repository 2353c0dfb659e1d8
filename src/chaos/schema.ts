import { createRequire } from 'node:module';
import type { z as Zod } from 'zod';
import { MAX_SEED } from '../faults/decisions.ts';
import { type JsonForm, text } from '../faults/json-form.ts';
import { FAULT_KEYS, RULE_FORMS } from '../faults/rule-json.ts';
import { RATE_KEYS } from './file-form.ts';
import { RATE } from './kinds.ts';
import type { OptionName } from './option.ts';
import { OPTION_NAMES, OPTIONS, optionOf } from './options.ts';
import { MAX_DURATION_MS, MAX_SIZE } from './quantities.ts';
import { ScenarioSchemas } from './scenario/schema.ts';

type Schema = Zod.ZodType;
type Shape = Record<string, Schema>;

/**
 * The definition of the JSON file, in zod: it validates, and the published JSON Schema is generated from it. Each
 * schema's error is the text after "allowed: "; that of an object is the list of its keys (see problems.ts).
 *
 * zod takes 45 ms to load, more than the rest of Renacer: it is required at the first use, and that synchronously so
 * that `ChaosConfig.fromFile` need not be awaited.
 */
class Schemas {
  readonly #z: typeof Zod = createRequire(import.meta.url)('zod').z;
  readonly #scenario: ScenarioSchemas = new ScenarioSchemas({
    z: this.#z,
    object: (shape, error) => this.#object(shape, error),
    syscalls: this.#syscalls(),
    ofRule: (key) => this.#form(RULE_FORMS.get(key)!),
  });
  readonly #byOption = new Map<OptionName, Schema>();
  readonly file: Schema;

  constructor() {
    const shape: Shape = {
      $schema: this.#described(this.#text('the address of this schema'), 'The JSON Schema of this file, for editors'),
    };
    const groups: Record<string, Shape> = { byzantine: {}, steady_state: {} };
    const pairs: [string, string][] = [];
    for (const name of OPTION_NAMES) {
      const { key, textKey, summary } = optionOf(name);
      const [first, second] = key.split('.') as [string, string?];
      const schema = this.#byOption.get(name) ?? this.#addOption(name);
      if (second === undefined) shape[first] = schema;
      else groups[first]![second] = schema;
      if (textKey !== undefined) {
        shape[textKey] = this.#described(this.#textWithUnit(name), `${summary}, as text such as "1m30s" or "100ms"`);
        pairs.push([key, textKey]);
      }
    }
    const all = { ...shape, ...this.#groups(groups) };
    this.file = this.#object(all).meta({
      title: 'Renacer chaos configuration',
      description: 'What `renacer --chaos custom:FILE` reads: every key is optional',
      allOf: pairs.map((pair) => ({ not: { required: pair } })),
    });
  }

  /** Keys whose values are objects of options. */
  #groups(shapes: Readonly<Record<string, Shape>>): Shape {
    const groups = Object.entries(shapes).map(([key, shape]) => [
      key,
      this.#described(this.#object(shape), GROUP_SUMMARIES[key]!),
    ]);
    return Object.fromEntries(groups);
  }

  json(): object {
    return this.#z.toJSONSchema(this.file);
  }

  #addOption(name: OptionName): Schema {
    const option = optionOf(name);
    const schema = this.#value(name)
      .optional()
      .meta({
        description: option.summary,
        ...(option.default === undefined ? {} : { default: option.default }),
        examples: [option.example],
      });
    this.#byOption.set(name, schema);
    return schema;
  }

  #value(name: OptionName): Schema {
    const { kind } = optionOf(name);
    const error = kind.allowed;
    const z = this.#z;
    switch (kind.type) {
      case 'size':
        return z.union([z.int({ error }).min(1, { error }).max(MAX_SIZE, { error }), this.#optionText(name)], {
          error,
        });
      case 'rate':
        return this.#rate();
      case 'duration': {
        const most = MAX_DURATION_MS / kind.unitMs!;
        const unit = kind.unitMs === 1 ? 'milliseconds' : 'seconds';
        return this.#number(
          0,
          most,
          `a number of ${unit} from 0 to ${most}; as text, give "${optionOf(name).textKey}"`,
        );
      }
      case 'seed':
        return z.int({ error }).min(0, { error }).max(MAX_SEED, { error });
      case 'count':
        return z
          .int({ error })
          .min(kind.clamp!(0) as number, { error })
          .max(kind.clamp!(MAX_SEED) as number, { error });
      case 'boolean':
        return z.boolean({ error });
      case 'choice':
        return z.enum(kind.words as [string], { error });
      case 'list': {
        const word = kind.words
          ? z.enum(kind.words as [string], { error })
          : z.string({ error }).regex(kind.pattern!, { error });
        return z.union([z.array(word, { error }).min(1, { error }), this.#optionText(name)], { error });
      }
      case 'start':
      case 'moment':
        return this.#optionText(name);
      case 'text':
        return this.#optionText(name);
      case 'data':
        return this.#data(name, error);
    }
  }

  #data(name: OptionName, error: string): Schema {
    const z = this.#z;
    if (name === 'packetLossBursts') {
      const rate = this.#rate();
      return this.#object({ enter: rate, leave: rate, inside: rate.optional(), outside: rate.optional() }, error);
    }
    if (name === 'phases') return this.#list(this.#phase(), 'a list of phases');
    if (name === 'steadyState.probes') return this.#list(this.#scenario.probe(), 'a list of probes');
    if (name === 'abortOn') {
      const { trigger } = this.#scenario;
      return z.union([this.#list(trigger, error), trigger], { error: `${error}, or a list of such` });
    }
    const one = name === 'rules' ? this.#rule(error) : this.#networkRule(error);
    return z.union([z.array(one, { error }), one], { error: `${error}, or a list of such` });
  }

  #list(one: Schema, what: string): Schema {
    const error = `${what}, at least one`;
    return this.#z.array(one, { error }).min(1, { error });
  }

  /** All options that can change while the command runs, and what a phase has beside them. */
  #phase(): Schema {
    const shape: Shape = this.#scenario.phaseShape();
    const byzantine: Shape = {};
    for (const name of OPTION_NAMES) {
      const { key, textKey, wholeRun } = optionOf(name);
      if (wholeRun) continue;
      const [first, second] = key.split('.') as [string, string?];
      const schema = this.#byOption.get(name) ?? this.#addOption(name);
      if (second === undefined) shape[first] = schema;
      else byzantine[second] = schema;
      if (textKey !== undefined) shape[textKey] = this.#textWithUnit(name).optional();
    }
    return this.#object({ ...shape, ...this.#groups({ byzantine }) }, 'an object such as {"name": "slow", "at": "2s"}');
  }

  #networkRule(error: string): Schema {
    const shape: Shape = {};
    for (const name of OPTION_NAMES) {
      const { key, textKey, perTarget } = optionOf(name);
      if (!perTarget) continue;
      shape[key] = this.#byOption.get(name) ?? this.#addOption(name);
      if (textKey !== undefined) shape[textKey] = this.#textWithUnit(name).optional();
    }
    return this.#object(shape, error);
  }

  #syscalls(): Schema {
    const allowed = 'a system call, a class such as "%network", /regex/, or a list of them';
    const set = text(allowed, OPTIONS['byzantine.syscalls'].kind.pattern!);
    return this.#form({ type: 'either', allowed, forms: [set, { type: 'list', of: set }] });
  }

  /** A rule of faults: a set of system calls, and a value of its form for each of the other keys. */
  #rule(error: string): Schema {
    const shape: Shape = { syscall: this.#syscalls() };
    for (const [key, form] of RULE_FORMS) {
      shape[key] = (RATE_KEYS.includes(key) ? this.#rate() : this.#form(form)).optional();
    }
    return this.#object(shape, error)
      .refine((rule) => FAULT_KEYS.some((word) => rule[word] !== undefined), {
        error,
        // A misspelt fault is told as such alone.
        when: ({ issues }) => issues.length === 0,
      })
      .meta({ anyOf: FAULT_KEYS.map((word) => ({ required: [word] })) });
  }

  /** `error`: what is said of a bad value, where that is not for the form to say. */
  #form(form: JsonForm, error?: string): Schema {
    const z = this.#z;
    switch (form.type) {
      case 'text':
        return z.string({ error: error ?? form.allowed }).regex(form.pattern, { error: error ?? form.allowed });
      case 'number': {
        const allowed = { error: error ?? form.allowed };
        const number = form.whole ? z.int(allowed) : z.number(allowed);
        const least = form.min === undefined ? number : number.min(form.min, allowed);
        return form.max === undefined ? least : least.max(form.max, allowed);
      }
      case 'choice':
        return z.enum(form.words as [string], { error: error ?? form.words.map((word) => `"${word}"`).join(', ') });
      case 'true':
        return z.boolean({ error: error ?? 'true or false' });
      case 'either': {
        const [one, other] = form.forms.map((each) => this.#form(each, form.allowed)) as [Schema, Schema];
        return z.union([one, other], { error: form.allowed });
      }
      case 'list': {
        const one = this.#form(form.of);
        const allowed = { error: form.of.allowed };
        return z.union([z.array(one, allowed).min(1, allowed), one], allowed);
      }
    }
  }

  #object(shape: Shape, error = 'an object'): Zod.ZodObject<Shape> {
    const keys = Object.keys(shape).join(', ');
    return this.#z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? keys : error) });
  }

  #rate(): Schema {
    const { allowed, parse } = RATE;
    const text = this.#text(allowed).refine(
      isReadBy((given) => parse(given, 'rate')),
      { error: allowed },
    );
    return this.#z.union([this.#number(0, 1, allowed), text], { error: allowed });
  }

  #number(low: number, high: number, error: string): Zod.ZodNumber {
    return this.#z.number({ error }).min(low, { error }).max(high, { error });
  }

  #text(error: string): Zod.ZodString {
    return this.#z.string({ error });
  }

  /** The same of a duration: its key with a unit takes the number. */
  #textWithUnit(name: OptionName): Zod.ZodString {
    const { kind, key } = optionOf(name);
    const unit = kind.unitMs === 1 ? 'ms' : 's';
    const error = ({ input }: { readonly input?: unknown }) =>
      typeof input === 'number' ? `"${input}${unit}" (a number needs its unit), or ${key}: ${input}` : kind.allowed;
    return this.#optionText(name, error);
  }

  /** Text in the grammar of the option. */
  #optionText(
    name: OptionName,
    error: string | ((issue: { readonly input?: unknown }) => string) = optionOf(name).kind.allowed,
  ): Zod.ZodString {
    const { kind } = optionOf(name);
    const parses = isReadBy((text) => kind.parse(text, name));
    return this.#z.string({ error }).refine(parses, { error: kind.allowed });
  }

  #described(schema: Schema, description: string): Schema {
    return schema.optional().meta({ description });
  }
}

const GROUP_SUMMARIES: Readonly<Record<string, string>> = {
  byzantine: 'Random faults: each eligible system call may get one',
  steady_state: 'What holds as long as the command is well',
};

function isReadBy(read: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      read(text);
      return true;
    } catch {
      return false;
    }
  };
}

let schemas: Schemas | undefined;

/** Loads zod and makes the schemas, once. */
export function chaosSchemas(): Schemas {
  schemas ??= new Schemas();
  return schemas;
}

/** The JSON Schema (2020-12) of the configuration file, as shipped in schema/chaos.json. */
export function chaosJsonSchema(): object {
  return chaosSchemas().json();
}
