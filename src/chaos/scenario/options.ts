import { data, type Kind } from '../kinds.ts';
import type { ScenarioOptionName, TierOptions } from '../option.ts';
import { badValue } from '../quantities.ts';
import { parseNamed, parseTrigger, printNamed, printTrigger } from './texts.ts';
import { ALLOWED_TRIGGER } from './trigger-form.ts';

type Form = Readonly<Record<string, unknown>>;

/** Data that a flag may give in a grammar of its own, and as JSON. */
function named<V>(
  argument: string,
  allowed: string,
  parse: (text: string, flag: string, allowed: string) => Form,
  print: (form: Form) => string,
): Kind<V> {
  return {
    ...data<V>(argument, allowed),
    parse: (text, flag) => parse(text, flag, allowed) as V,
    print: (form) => print(form as Form),
  };
}

const SHELL_COMMAND: Kind<string> = {
  type: 'text',
  argument: 'COMMAND',
  allowed: 'a shell command',
  parse(text, name) {
    if (text.trim() === '' || text.includes('\0')) throw badValue(name, JSON.stringify(text), this.allowed);
    return text;
  },
  print: (text) => text,
};

/** What happens when, what must hold, and what ends it. */
export const SCENARIO_OPTIONS: TierOptions<ScenarioOptionName> = {
  phases: {
    kind: named(
      'NAME:KEY=VALUE:...',
      'NAME:KEY=VALUE:... with the keys of a phase, such as "net:on=output=ready:for=5s:network_latency=200ms"',
      parseNamed,
      printNamed,
    ),
    key: 'phases',
    flag: '--phase',
    builder: 'withPhase',
    summary: 'Stretches of the run, each with options, a signal, a pause, a restart or a command of its own',
    example: [{ name: 'slow', at: '2s', for: '5s', network_latency: '200ms' }],
    repeat: true,
    wholeRun: true,
  },
  'steadyState.probes': {
    kind: named(
      'NAME:KEY=VALUE:...',
      'NAME:KEY=VALUE:... with the keys of a probe, such as "up:http=http://127.0.0.1:8080/:within=10s"',
      parseNamed,
      printNamed,
    ),
    key: 'steady_state.probes',
    flag: '--probe',
    builder: 'withSteadyState',
    summary: 'Questions about the steady state, asked outside of chaos: before, during and after it',
    example: [{ name: 'up', http: 'http://127.0.0.1:8080/health', within: '10s' }],
    repeat: true,
    wholeRun: true,
  },
  abortOn: {
    kind: named('TRIGGER', ALLOWED_TRIGGER, parseTrigger, printTrigger),
    key: 'abort_on',
    flag: '--abort-on',
    builder: 'withAbortOn',
    summary: 'End the run when this happens',
    example: [{ output: 'panic' }],
    repeat: true,
    wholeRun: true,
  },
  cleanup: {
    kind: SHELL_COMMAND,
    key: 'cleanup',
    flag: '--cleanup',
    builder: 'withCleanup',
    summary: 'A shell command that is run when the run is over, whatever happened',
    example: 'rm -rf /tmp/work',
    wholeRun: true,
  },
};
