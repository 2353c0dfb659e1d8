import { describe, expect, it } from 'vitest';
import { TargetMatcher } from '../../../../../src/chaos/network/impairment/target-matcher.ts';
import { parseTarget, resolveTargets } from '../../../../../src/chaos/network/impairment/targets.ts';

async function matches(targets: string[], address: string, port?: number): Promise<boolean> {
  return new TargetMatcher(await resolveTargets(targets)).matches(address, port);
}

describe('targets', () => {
  it.each([
    ['10.0.0.0/8', { host: '10.0.0.0', prefix: 8, port: undefined }],
    ['10.0.0.0/8:443', { host: '10.0.0.0', prefix: 8, port: 443 }],
    ['db.local:5432', { host: 'db.local', prefix: undefined, port: 5432 }],
    ['db.local', { host: 'db.local', prefix: undefined, port: undefined }],
    [':6379', { host: undefined, prefix: undefined, port: 6379 }],
    ['::1', { host: '::1', prefix: undefined, port: undefined }],
    ['2001:db8::/32', { host: '2001:db8::', prefix: 32, port: undefined }],
    ['[2001:db8::]/32', { host: '2001:db8::', prefix: 32, port: undefined }],
    ['[::1]:80', { host: '::1', prefix: undefined, port: 80 }],
  ])('%s is read', (target, expected) => {
    expect(parseTarget(target)).toEqual(expected);
  });

  it.each(['', ':', ':0', ':65536', '10.0.0.0/33', 'db.local/8', '[::1', '::1/129', 'a b', '/8', 'host:http'])(
    '%j is refused',
    (target) => {
      expect(() => parseTarget(target)).toThrow(expect.objectContaining({ code: 'NETWORK_TARGET' }));
    },
  );

  it('no targets mean everyone', async () => {
    expect(await matches([], '192.0.2.1')).toBe(true);
  });

  it('match by network, by address, by port, and by both', async () => {
    expect(await matches(['10.0.0.0/8'], '10.255.0.1', 80)).toBe(true);
    expect(await matches(['10.0.0.0/8'], '11.0.0.1', 80)).toBe(false);
    expect(await matches(['10.0.0.0/8'], '10.0.0.1')).toBe(true);
    expect(await matches([':80'], '192.0.2.1', 80)).toBe(true);
    expect(await matches([':80'], '192.0.2.1')).toBe(false);
    expect(await matches(['[::1]:80'], '::1', 80)).toBe(true);
    expect(await matches(['[::1]:80'], '::1', 81)).toBe(false);
    expect(await matches(['[::1]:80'], '127.0.0.1', 80)).toBe(false);
    expect(await matches(['192.0.2.1', ':80'], '192.0.2.2', 80)).toBe(true);
    expect(await matches(['localhost'], '127.0.0.1', 1)).toBe(true);
  });

  it('a name that nobody knows is an error', async () => {
    const code = expect.objectContaining({ code: 'NETWORK_TARGET' });
    await expect(resolveTargets(['no-such-name.invalid:80'])).rejects.toEqual(code);
  });
});
