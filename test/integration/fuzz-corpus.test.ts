import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('no input that the fuzzer has kept breaks a parser', () => {
  const { status, stdout, stderr } = spawnSync('node', ['test/fuzz/fuzz.mjs', '0'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^inject: 0 inputs, [1-9]\d* places reached/m);
  expect(status).toBe(0);
});
