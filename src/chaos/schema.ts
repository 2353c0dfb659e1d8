import { createRequire } from 'node:module';
import type { z as Zod } from 'zod';
import { MAX_SEED } from '../faults/decisions.ts';
import { CORRUPT_MODES, COUNT_SCOPES, FAULT_STARTS, FD_KINDS, REALISM_LEVELS } from '../faults/rule.ts';
import type { OptionName } from './option.ts';
import { OPTION_NAMES, OPTIONS, optionOf } from './options.ts';
import { MAX_DURATION_MS, MAX_SIZE } from './quantities.ts';
import { FAULT_WORDS } from './settings.ts';

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
  readonly #byOption = new Map<OptionName, Schema>();
  readonly file: Schema;

  constructor() {
    const shape: Shape = {
      $schema: this.#described(this.#text('the address of this schema'), 'The JSON Schema of this file, for editors'),
    };
    const byzantine: Shape = {};
    const pairs: [string, string][] = [];
    for (const name of OPTION_NAMES) {
      const { key, textKey, summary } = optionOf(name);
      const [first, second] = key.split('.') as [string, string?];
      const schema = this.#byOption.get(name) ?? this.#addOption(name);
      if (second === undefined) shape[first] = schema;
      else byzantine[second] = schema;
      if (textKey !== undefined) {
        shape[textKey] = this.#described(this.#optionText(name), `${summary}, as text such as "1m30s" or "100ms"`);
        pairs.push([key, textKey]);
      }
    }
    const random = 'Random faults: each eligible system call may meet one';
    const all = { ...shape, byzantine: this.#described(this.#object(byzantine), random) };
    this.file = this.#object(all).meta({
      title: 'Renacer chaos configuration',
      description: 'What `renacer --chaos custom:FILE` reads: every key is optional',
      allOf: pairs.map((pair) => ({ not: { required: pair } })),
    });
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
        return z.union([this.#number(0, 1, error), this.#optionText(name)], { error });
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
      case 'boolean':
        return z.boolean({ error });
      case 'choice':
        return z.enum(kind.words as [string], { error });
      case 'list': {
        const word = kind.words
          ? z.enum(kind.words as [string], { error })
          : z.string({ error }).regex(kind.pattern!, { error });
        return z.array(word, { error }).min(1, { error });
      }
      case 'start':
        return this.#optionText(name);
      case 'data':
        return this.#data(name, error);
    }
  }

  #data(name: OptionName, error: string): Schema {
    const z = this.#z;
    if (name === 'packetLossBursts') {
      const rate = this.#number(0, 1, 'a number from 0 to 1');
      return this.#object({ enter: rate, leave: rate, inside: rate.optional(), outside: rate.optional() }, error);
    }
    const one = name === 'rules' ? this.#rule(error) : this.#networkRule(error);
    return z.array(one, { error: `a list of which each is ${error}` });
  }

  #networkRule(error: string): Schema {
    const shape: Shape = {};
    for (const name of OPTION_NAMES) {
      const { key, textKey, perTarget } = optionOf(name);
      if (!perTarget) continue;
      shape[key] = this.#byOption.get(name) ?? this.#addOption(name);
      if (textKey !== undefined) shape[textKey] = this.#optionText(name).optional();
    }
    return this.#object(shape, error);
  }

  #rule(error: string): Schema {
    const z = this.#z;
    const text = (error: string, pattern = /./) => z.string({ error }).regex(pattern, { error });
    const either = (error: string, make: (error: string) => [Schema, Schema]) => z.union(make(error), { error });
    const list = (word: Schema, error: string) => z.array(word, { error }).min(1, { error });
    const quoted = (words: readonly string[]) => words.map((word) => `"${word}"`).join(', ');
    const choice = (words: readonly string[]) => z.enum(words as [string], { error: quoted(words) });
    const duration = text('a duration such as "100ms"', /^\d/);
    const errno = text('the name of an error such as "EIO", or its number', /^(E[A-Z0-9_]+|\d+)$/);
    const poke = text(
      '"@argN=HEX", several with commas',
      /^@arg[1-7]=([0-9a-fA-F]{2})+(,@arg[1-7]=([0-9a-fA-F]{2})+)*$/,
    );
    const argument = '"argN&MASK" or "argN==VALUE", in a list';
    const shape: Shape = {
      syscall: either('a system call, a class such as "%network", /regex/, or a list of them', (allowed) => {
        const syscall = text(allowed, OPTIONS['byzantine.syscalls'].kind.pattern!);
        return [syscall, list(syscall, allowed)];
      }),
      when: text('FIRST[..LAST][+[STEP]], such as "3+"', /^\d+(\.\.\d+)?(\+\d*)?$/),
      count: choice(COUNT_SCOPES),
      times: this.#whole(1, 'a whole number of at least 1'),
      probability: this.#number(0, 1, 'a number from 0 to 1'),
      path: text('a glob such as "/etc/*"'),
      fd: either(`a number, ${quoted(FD_KINDS)}`, (error) => [this.#whole(0, error), z.enum(FD_KINDS, { error })]),
      args: list(text(argument, /^arg[1-6](&|==)\S+$/), argument),
      result: text('a condition such as ">=0"', /^(>=|<=|==|!=|<|>)-?\d+$/),
      comm: text('the name of a program'),
      task: text('the lineage of a task such as "0.1"', /^0(\.[1-9]\d*)*$/),
      after_time: duration,
      error: errno,
      retval: either('a whole number, or text such as "0x10"', (error) => [
        z.int({ error }),
        text(error, /^(-?\d+|0x[0-9a-fA-F]+)$/),
      ]),
      signal: text('the name of a signal such as "SIGTERM", or its number', /^([A-Z0-9_]+|\d+)$/),
      replace: text('the name of a system call', /^[a-z_][a-z0-9_]*$/),
      delay_enter: duration,
      delay_exit: duration,
      poke_enter: poke,
      poke_exit: poke,
      short: this.#number(0, MAX_SIZE, 'a fraction below 1, or a number of bytes'),
      after: errno,
      lost: z.boolean({ error: 'true or false' }),
      corrupt: either('a count of bytes or bits, such as 8 or "1bit,flip"', (error) => [
        this.#whole(1, error),
        text(error, new RegExp(`^\\d+((bit|byte)s?)?(,(${CORRUPT_MODES.join('|')}))?$`)),
      ]),
      kill: choice(['before', 'after']),
      quirk: text('the name of a quirk such as "spurious-wakeup"', /^[a-z-]+(,[^\s:]+)?$/),
      strace: z.boolean({ error: 'true or false' }),
      from: choice(FAULT_STARTS),
      realism: choice(REALISM_LEVELS),
    };
    const optional = Object.entries(shape).map(([key, schema]) => [
      key,
      key === 'syscall' ? schema : schema.optional(),
    ]);
    return this.#object(Object.fromEntries(optional), error)
      .refine((rule) => FAULT_WORDS.some((word) => rule[word] !== undefined), {
        error,
        // A misspelt fault is told as such alone.
        when: ({ issues }) => issues.length === 0,
      })
      .meta({ anyOf: FAULT_WORDS.map((word) => ({ required: [word] })) });
  }

  #object(shape: Shape, error = 'an object'): Zod.ZodObject<Shape> {
    const keys = Object.keys(shape).join(', ');
    return this.#z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? keys : error) });
  }

  #number(low: number, high: number, error: string): Zod.ZodNumber {
    return this.#z.number({ error }).min(low, { error }).max(high, { error });
  }

  #whole(low: number, error: string): Schema {
    return this.#z.int({ error }).min(low, { error });
  }

  #text(error: string): Zod.ZodString {
    return this.#z.string({ error });
  }

  /** Text in the grammar of the option. */
  #optionText(name: OptionName): Zod.ZodString {
    const { kind } = optionOf(name);
    const parses = (text: string): boolean => {
      try {
        kind.parse(text, name);
        return true;
      } catch {
        return false;
      }
    };
    return this.#text(kind.allowed).refine(parses, { error: kind.allowed });
  }

  #described(schema: Schema, description: string): Schema {
    return schema.optional().meta({ description });
  }
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
