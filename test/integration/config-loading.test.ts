import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

const DIST = path.resolve(path.dirname(new URL(import.meta.url).pathname), '../../dist');

/** Whether the code, a module that may import from dist/, has loaded zod by its end. */
function loadsZod(code: string): boolean {
  const probe = `import module from 'node:module';
    import { ChaosConfig } from '${DIST}/chaos-full.js';
    import { parseFlags } from '${DIST}/chaos/flags.js';
    ${code};
    console.log(Object.keys(module._cache).some((file) => file.includes('/node_modules/zod/')));`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', probe], { encoding: 'utf8' }).trim() === 'true';
}

it('a preset, flags and the builder never load zod; a file does', () => {
  expect(loadsZod(`ChaosConfig.fromEnv({ CHAOS_MODE: 'extreme' }).toFlags()`)).toBe(false);
  expect(loadsZod(`ChaosConfig.gentle().withSettings(parseFlags([['--chaos-timeout', '3s']])).toJSON()`)).toBe(false);
  expect(loadsZod(`ChaosConfig.new().withMemoryLimit('64M').withSignals(['SIGINT']).build()`)).toBe(false);
  expect(loadsZod(`ChaosConfig.fromJSON('{}')`)).toBe(true);
});
