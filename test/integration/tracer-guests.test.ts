import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { guest, hasCompiler } from '../support/guests.ts';
import { disorder, trace } from '../support/traced.ts';

/** Each shows one behaviour of the kernel that a tracer could disturb; what they print does not depend on the moment. */
const GUESTS = [
  ['thread-exec', 'alive', '5'],
  ['thread-exec', 'exited', '5'],
  ['leader-exit'],
  ['clone-flags'],
  ['restart'],
  ['kill-storm', '1', '60'],
  ['exit-race', '5'],
  ['counted', '4', '16', '20'],
  ['int80'],
  ['own-seccomp'],
  ['relatives'],
] as const;

describe.skipIf(!hasCompiler)('a traced program does what it does untraced (needs cc)', () => {
  for (const [name, ...args] of GUESTS) {
    for (const method of ['seccomp', 'ptrace'] as const) {
      it(`${[name, ...args].join(' ')}, by ${method}`, async () => {
        const file = guest(name);
        const bare = spawnSync(file, args, { encoding: 'utf8' });
        const { status, stdout, events } = await trace([file, ...args], { method });
        expect(stdout).toBe(bare.stdout);
        expect(status).toBe(bare.status! << 8);
        expect(disorder(events)).toEqual([]);
      });
    }
  }
});
