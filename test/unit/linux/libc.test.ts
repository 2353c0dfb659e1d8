import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { KOFFI_VERSION } from '../../../src/linux/libc.ts';

it('asks for the binary of the koffi that is installed', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
  expect(KOFFI_VERSION).toBe(manifest.dependencies.koffi);
  expect(createRequire(import.meta.url)(`@koromix/koffi-linux-${process.arch}/package.json`)).toMatchObject({
    version: KOFFI_VERSION,
  });
});
