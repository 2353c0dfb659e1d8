import type { TraceSettings } from './trace-settings.ts';

/** Ours, with what `-E` changes. */
export function environment(changes: TraceSettings['env']): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const [name, value] of changes) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  return env;
}
