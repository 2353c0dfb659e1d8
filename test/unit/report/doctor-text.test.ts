import { describe, expect, it } from 'vitest';
import { doctorText } from '../../../src/report/doctor-text.ts';

const capabilities = [
  { name: 'ptrace', available: true, detail: 'a child could be traced (no yama)' },
  { name: 'NET_ADMIN', available: false, detail: 'no CAP_NET_ADMIN', fix: 'docker run --cap-add=NET_ADMIN' },
] as const;
const parts = [
  { tier: 'basic', part: 'memory limit', backend: 'cgroup v2' },
  { tier: 'basic', part: 'CPU limit', backend: 'cgroup v2' },
  { tier: 'network', part: 'packets', backend: undefined },
] as const;

describe('doctorText', () => {
  it('is readable without colour', () => {
    expect(doctorText(capabilities, parts, false)).toMatchInlineSnapshot(`
      "This machine
        ✔ ptrace        a child could be traced (no yama)
        ✘ NET_ADMIN     no CAP_NET_ADMIN
                        to get it: docker run --cap-add=NET_ADMIN

      What each tier will use
        basic
        ✔ memory limit  cgroup v2
        ✔ CPU limit     cgroup v2
        network
        ✘ packets       not possible here
      "
    `);
  });

  it('has colour only when told so', () => {
    expect(doctorText(capabilities, parts, true)).toContain('\x1b[32m✔');
    expect(doctorText(capabilities, parts, false)).not.toContain('\x1b');
  });
});
