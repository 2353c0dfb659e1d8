import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Script } from 'node:vm';
import type {} from './keep-code.ts';
import { keepCode, keptCode, runsThatAdd } from './kept-code.ts';

interface Compiled {
  readonly script: Script;
  /** How many more runs are to add what they use to its kept code. */
  readonly runsLeft: number;
}

interface Bundle extends Compiled {
  readonly exports: object;
}

/** What this thread has loaded, by path. */
export const bundles: Map<string, Bundle> = new Map();

/**
 * Loads a file that `npm run build` has bundled (CommonJS), with the code that V8 made of it then, or in an earlier run: to make it
 * anew takes longer than all that a run has to do. Returns what the bundle exports.
 */
export function load(file: string): object {
  const loaded = bundles.get(file);
  if (loaded) return loaded.exports;
  const compiled = compile(file);
  const module = { exports: {} };
  bundles.set(file, { exports: module.exports, ...compiled });
  const others = createRequire(file);
  const directory = path.dirname(file);
  const require = (id: string): unknown => (id.startsWith('.') ? load(path.resolve(directory, id)) : others(id));
  compiled.script.runInThisContext()(module.exports, require, module, file, directory);
  return module.exports;
}

/** The file is a function, as Node.js has CommonJS modules. */
export function compile(file: string): Compiled {
  const kept = keptCode(file);
  const script = new Script(readFileSync(file, 'latin1'), { filename: file, cachedData: kept?.data });
  return { script, runsLeft: runsThatAdd(script.cachedDataRejected ? undefined : kept) };
}

/** Keeps what the build has made of a bundle: no run adds to it. */
export function keepBuilt(file: string, script: Script): void {
  keepCode(file, script.createCachedData(), 0);
}

/** Keeps the code of what this thread has loaded, as far as it was not built. */
export function keepMissing(): void {
  for (const [file, bundle] of bundles) {
    const { script, runsLeft } = bundle;
    if (runsLeft === 0) continue;
    keepCode(file, script.createCachedData(), runsLeft - 1);
    // A thread may do several runs.
    bundles.set(file, { ...bundle, runsLeft: 0 });
  }
}

globalThis.renacerKeepCode = keepMissing;
