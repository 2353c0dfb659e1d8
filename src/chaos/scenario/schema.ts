import type { z as Zod } from 'zod';
import { PROBE_KINDS, PROBE_MOMENTS, TRIGGER_KINDS } from '../../model/scenario.ts';
import { ALLOWED_DURATION, parseDuration } from '../quantities.ts';
import { ALLOWED_ADDRESS, isAddress } from './addresses.ts';
import { ALLOWED_AGE_BOUNDS, ALLOWED_SIZE_BOUNDS, parseAgeBounds, parseSizeBounds } from './bounds.ts';
import { fullSignal, REQUEST } from './phase-form.ts';
import { ALLOWED_PROBE } from './probe-form.ts';
import { ALLOWED_TRIGGER } from './trigger-form.ts';

type Schema = Zod.ZodType;
type Shape = Record<string, Schema>;

/** What the schemas of options are made with, too. */
export interface Tools {
  readonly z: typeof Zod;
  object(shape: Shape, error?: string): Zod.ZodObject<Shape>;
  /** Of a set of system calls. */
  readonly syscalls: Schema;
  /** The value of a key of a rule. */
  ofRule(key: string): Schema;
}

const ALLOWED_NAME = 'a name: letters, digits and spaces, without : = or quotes, at most 60 of them';
const NAME = /^[^\s:="'{}][^\n\t:="'{}]{0,58}[^\s:="'{}]$|^[^\s:="'{}]$/;
const ALLOWED_REGEX = 'a regular expression such as "ready|listening"';
const ALLOWED_TEXT = 'text that is not empty';
const MAX_TIMES = 1_000_000;

/** The schemas of phases, triggers and probes: of each key by itself. What keys mean together is looked at after. */
export class ScenarioSchemas {
  readonly #tools: Tools;
  readonly trigger: Schema;

  constructor(tools: Tools) {
    this.#tools = tools;
    this.trigger = this.#trigger();
  }

  /** The keys of a phase beside its options. */
  phaseShape(): Shape {
    const { z } = this.#tools;
    const signal = (error: string) => this.#checked((word) => fullSignal(word) !== undefined, error);
    const restart = 'true, or a signal such as "SIGKILL"';
    const every = 'a time such as "2s", or two between which the seed draws: ["1s", "3s"]';
    return optional({
      name: described(this.#name(), 'What the phase is called, in `after`, in triggers, in reports'),
      at: described(this.#time(), 'It begins so long after the start of the command'),
      on: described(
        z.union([this.trigger, z.literal(REQUEST)], { error: `${ALLOWED_TRIGGER}; or "${REQUEST}"` }),
        `It begins when this happens; ${REQUEST}: when the library or renacer ctl says so`,
      ),
      after: described(this.#name(), 'It begins when the phase of this name is over'),
      for: described(this.#time(), 'It lasts so long'),
      until: described(this.trigger, 'It ends when this happens, at the latest after `for`'),
      every: described(
        z.union([this.#time(every), z.tuple([this.#time(every), this.#time(every)], { error: every })], {
          error: every,
        }),
        'It begins again so long after it has begun; of two times the seed draws one between them',
      ),
      times: described(this.#count('a whole number of at least 1'), 'How often it begins'),
      signal: described(signal('a signal such as "SIGTERM"'), 'The phase sends this signal'),
      signal_to: described(
        this.#text('"tree", the lineage of a task such as "0.1", or the name of a program'),
        'Who gets the signal; the command itself, if it is left out',
      ),
      pause: described(z.boolean({ error: 'true' }), 'The whole tree stands still'),
      restart: described(
        z.union([z.boolean({ error: restart }), signal(restart)], { error: restart }),
        'The command is ended and started again, when the phase ends if it has an end',
      ),
      run: described(this.#text(), 'The phase runs this shell command, outside of chaos'),
    });
  }

  probe(): Schema {
    const { z, object } = this.#tools;
    const number = z.int({ error: 'a whole number' }).min(0, { error: 'a whole number' });
    const numbers = z.union([number, z.array(number).min(1, { error: 'at least one number' })], {
      error: 'a number, or a list of them',
    });
    const more = object(
      optional({
        status: numbers,
        output: this.#regex(),
        body: this.#regex(),
        exists: z.boolean({ error: 'true or false' }),
        size: this.#checked((text) => parseSizeBounds(text) !== undefined, ALLOWED_SIZE_BOUNDS),
        age: this.#checked((text) => parseAgeBounds(text) !== undefined, ALLOWED_AGE_BOUNDS),
        content: this.#regex(),
      }),
    );
    const moment = z.enum(PROBE_MOMENTS as unknown as [string], {
      error: PROBE_MOMENTS.map((word) => `"${word}"`).join(', '),
    });
    const moments = `one or more of ${PROBE_MOMENTS.map((word) => `"${word}"`).join(', ')}`;
    const shape: Shape = {
      name: described(this.#name(), 'What the probe is called, in triggers and reports'),
      ...optional({
        command: described(this.#text(), 'Asks a shell command'),
        http: described(
          this.#checked(isHttp, 'an address such as "http://127.0.0.1:8080/health"'),
          'Asks for this address by HTTP GET',
        ),
        tcp: described(this.#address(), 'Asks for a connection to this address'),
        file: described(this.#text(), 'Looks at the file of this path'),
        output: described(this.#regex(), 'Looks for a line of the output of the command'),
        stream: described(this.#stream(), 'Only this output'),
        tolerance: described(
          z.union([numbers, this.#regex(), z.boolean({ error: 'true or false' }), more], {
            error: 'a number, a list of numbers, a regular expression, true, false, or an object',
          }),
          'Which answer will do',
        ),
        check: described(
          z.union([moment, z.array(moment, { error: moments }).min(1, { error: moments })], { error: moments }),
          'When it is asked; before and after, if this is left out',
        ),
        interval: described(this.#time(), 'Time between two questions; 1s if it is left out'),
        timeout: described(this.#time(), 'An answer that takes longer is none; 5s if it is left out'),
        initial_delay: described(this.#time(), 'Time before the first question'),
        failure_threshold: described(
          this.#count('a whole number of at least 1'),
          'So many bad answers in a row are a failure; 1 if it is left out',
        ),
        within: described(this.#time(), 'How long it may take until it holds, at first and after the last phase'),
      }),
    };
    return object(shape, ALLOWED_PROBE).meta({ oneOf: PROBE_KINDS.map((kind) => ({ required: [kind] })) });
  }

  #trigger(): Schema {
    const { object, syscalls, ofRule } = this.#tools;
    const shape = optional({
      output: described(this.#regex(), 'A line that the command writes matches this'),
      stream: described(this.#stream(), 'Only lines of this output'),
      listen: described(this.#address(), 'A process of the tree listens at this address'),
      connect: described(this.#address(), 'A process of the tree connects to this address'),
      file: described(this.#text('a glob such as "/data/*.tmp"'), 'A file whose path matches this glob is made'),
      is: described(
        this.#text(),
        'created, gone or size>N of a file; ok or failed of a probe; begun or ended of a phase',
      ),
      syscall: described(syscalls, 'A call that meets the conditions of a rule'),
      ...Object.fromEntries(['path', 'fd', 'args', 'comm', 'task'].map((key) => [key, ofRule(key)])),
      probe: described(this.#name(), 'A probe of the steady state comes to a state'),
      phase: described(this.#name(), 'Another phase begins or ends'),
      exit: described(
        this.#checked((text) => /^0(\.[1-9]\d*)*$/.test(text), 'the lineage of a task such as "0" or "0.1"'),
        'The task with this lineage ends',
      ),
      nth: described(this.#count('a whole number of at least 1'), 'Which time it happens, from 1'),
      delay: described(this.#time(), 'So long after it has happened'),
    });
    return object(shape, ALLOWED_TRIGGER).meta({ oneOf: TRIGGER_KINDS.map((kind) => ({ required: [kind] })) });
  }

  #name(): Schema {
    return this.#tools.z.string({ error: ALLOWED_NAME }).regex(NAME, { error: ALLOWED_NAME });
  }

  #text(error = ALLOWED_TEXT): Schema {
    return this.#checked((text) => text.trim() !== '' && !text.includes('\0'), error);
  }

  #stream(): Schema {
    return this.#tools.z.enum(['stdout', 'stderr'], { error: '"stdout", "stderr"' });
  }

  #count(error: string): Schema {
    return this.#tools.z
      .int({ error })
      .min(1, { error })
      .max(MAX_TIMES, { error: `${error}, at most ${MAX_TIMES}` });
  }

  #time(error: string = ALLOWED_DURATION): Schema {
    return this.#checked((text) => reads(() => parseDuration(text, 'time', 'refused')), error);
  }

  #regex(): Schema {
    return this.#checked((text) => text !== '' && reads(() => new RegExp(text)), ALLOWED_REGEX);
  }

  #address(): Schema {
    return this.#checked(isAddress, ALLOWED_ADDRESS);
  }

  #checked(test: (text: string) => boolean, error: string): Schema {
    return this.#tools.z.string({ error }).refine(test, { error });
  }
}

function described(schema: Schema, description: string): Schema {
  return schema.meta({ description });
}

function optional(shape: Shape): Shape {
  return Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, schema.optional()]));
}

function isHttp(text: string): boolean {
  return /^http:\/\//.test(text) && URL.canParse(text);
}

function reads(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
