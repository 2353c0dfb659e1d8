import { describe, expect, it } from 'vitest';
import {
  anyAddress,
  asPlain,
  hostOf,
  internetAddress,
  isAny,
  isV4,
  keyOf,
  loopbackLike,
  portOf,
  withPort,
} from '../../../../../src/chaos/network/sockets/addresses.ts';
import { AF_INET, AF_INET6 } from '../../../../../src/linux/sockets.ts';

const v4 = Uint8Array.from([AF_INET, 0, 0x1f, 0x90, 10, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0]);
const v6 = (host: readonly number[]) => Uint8Array.from([AF_INET6, 0, 0x1f, 0x90, 0, 0, 0, 0, ...host, 0, 0, 0, 0]);
const plain = v6([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
const mapped = v6([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3]);

describe('addresses of sockets', () => {
  it('are those of the internet families, as long as the kernel has them', () => {
    expect(internetAddress(v4)).toEqual(v4);
    expect(internetAddress(plain.subarray(0, 24))).toEqual(plain);
    expect(internetAddress(Uint8Array.of(1, 0, 47, 120))).toBeUndefined();
    expect(internetAddress(v4.subarray(0, 8))).toBeUndefined();
    expect(internetAddress(undefined)).toBeUndefined();
  });

  it('have names as rules have them, IPv4 by whatever socket', () => {
    expect([v4, mapped, plain].map(hostOf)).toEqual(['10.1.2.3', '10.1.2.3', '2001:db8::1']);
    expect([v4, mapped, plain].map(isV4)).toEqual([true, true, false]);
    expect(keyOf(mapped)).toBe(keyOf(v4));
    expect([mapped, plain].map(asPlain)).toEqual([v4, plain]);
    expect(portOf(withPort(plain, 443))).toBe(443);
  });

  it('mean this machine where they mean no host', () => {
    expect([AF_INET, AF_INET6].map((family) => isAny(anyAddress(family)))).toEqual([true, true]);
    expect([AF_INET, AF_INET6].map((family) => hostOf(anyAddress(family)))).toEqual(['127.0.0.1', '::1']);
  });

  it('have a loopback address of the same kind', () => {
    const kin = [v4, mapped, plain].map((address) => loopbackLike(address, 7));
    expect(kin.map(hostOf)).toEqual(['127.0.0.1', '127.0.0.1', '::1']);
    expect(kin.map(({ length }) => length)).toEqual([16, 28, 28]);
    expect(kin.map(portOf)).toEqual([7, 7, 7]);
  });
});
