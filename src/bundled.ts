import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Script } from 'node:vm';

interface Bundle {
  readonly exports: object;
  readonly script: Script;
}

/** What this thread has loaded, by path. */
export const bundles: Map<string, Bundle> = new Map();

/** Where the code of a bundle is kept. */
export function codeFile(file: string): string {
  return `${file}.code`;
}

/**
 * Loads a file that `npm run build` has bundled (CommonJS), with the code that V8 made of it then: to make it anew takes longer
 * than all that a run has to do. Another version of Node.js does not take it, and makes its own. Returns what the bundle exports.
 */
export function load(file: string): object {
  const loaded = bundles.get(file);
  if (loaded) return loaded.exports;
  const script = compile(file);
  const module = { exports: {} };
  bundles.set(file, { exports: module.exports, script });
  const others = createRequire(file);
  const directory = path.dirname(file);
  const require = (id: string): unknown => (id.startsWith('.') ? load(path.resolve(directory, id)) : others(id));
  script.runInThisContext()(module.exports, require, module, file, directory);
  return module.exports;
}

/** A script that gives the bundle as a function, as Node.js has CommonJS modules. */
export function compile(file: string): Script {
  const head = '(function (exports, require, module, __filename, __dirname) {';
  return new Script(`${head}${readFileSync(file, 'utf8')}\n})`, {
    filename: file,
    columnOffset: -head.length,
    cachedData: codeOf(file),
  });
}

function codeOf(file: string): Buffer | undefined {
  try {
    return readFileSync(codeFile(file));
  } catch {
    // Built where Renacer could not run.
    return undefined;
  }
}
