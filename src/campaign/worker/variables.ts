/** An environment of `NAME=value` as Node.js has it. */
export function variables(env: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    env.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}
