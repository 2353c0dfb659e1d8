import { describe, expect, it } from 'vitest';
import { attribute, be16, be32, host32, netfilterMessage, text } from '../../../src/linux/netlink-message.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('netlink messages', () => {
  it('pad attributes, whose length does not count the padding', () => {
    expect(hex(attribute(1, text('lo')))).toBe('070001006c6f0000');
  });

  it('mark nested attributes', () => {
    expect(hex(attribute(4, [attribute(1, be32(7))]))).toBe('0c0004800800010000000007');
  });

  it('begin with the two headers', () => {
    const message = netfilterMessage(0x0a00, 4, 9, 1, 0x1234, [attribute(1, be16(5))]);
    expect(hex(message)).toBe('1c0000000' + '00a0500090000000000000001001234' + '0600010000050000');
  });

  it('know both orders of bytes', () => {
    expect(hex(be32(0x01020304))).toBe('01020304');
    expect(hex(host32(0x01020304))).toBe('04030201');
  });
});
