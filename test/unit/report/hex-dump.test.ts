import { expect, it } from 'vitest';
import { hexDump } from '../../../src/report/hex-dump.ts';
import type { Dumps } from '../../../src/syscalls/descriptor-set.ts';
import { dumpedData } from '../../../src/syscalls/dumped-data.ts';
import { bytesOf, exitOf, type MadeCall, struct } from '../../support/made-calls.ts';

const ALL = { members: [], inverted: true };
const dumps: Dumps = { read: ALL, write: ALL };

function dump(call: MadeCall, wanted = dumps): string | undefined {
  const data = dumpedData(exitOf(call), wanted);
  return data && hexDump(data);
}

it('a line for each 16 bytes, as strace prints them', () => {
  const write: MadeCall = { name: 'write', args: [1, 1, 18], entry: { 1: 'hello, world\n\0\xff~ab' }, result: 18 };
  expect(dump(write)).toBe(
    [
      ' | 00000  68 65 6c 6c 6f 2c 20 77  6f 72 6c 64 0a 00 ff 7e  hello, world...~ |\n',
      ' | 00010  61 62                                             ab               |\n',
    ].join(''),
  );
});

it('buffers of a vector one by one', () => {
  const vector = struct(['u64', 0x1000], ['u64', 2], ['u64', 0x2000], ['u64', 1]);
  const writev: MadeCall = {
    name: 'writev',
    args: [1, 1, 2],
    entry: { 1: vector, '1.1': 'ab', '1.2': 'c' },
    result: 3,
  };
  expect(dump(writev)!.match(/^ \* .*$/gm)).toEqual([' * 2 bytes in buffer 0', ' * 1 bytes in buffer 1']);
});

it('offsets above a mebibyte have more digits', () => {
  const bytes = bytesOf('x'.repeat(2 ** 20 + 1));
  expect(dump({ name: 'write', args: [1, 1, bytes.length], entry: { 1: bytes } })).toMatch(
    / \| 100000 {2}78 +x +\|\n$/,
  );
});

it('only of the descriptors that were asked for, and of data that came', () => {
  const read: MadeCall = { name: 'read', args: [3, 1, 5], exit: { 1: 'hello' }, result: 5 };
  expect(dump(read, { read: { members: [3], inverted: false }, write: undefined })).toBeDefined();
  expect(dump(read, { read: { members: [3], inverted: true }, write: ALL })).toBeUndefined();
  expect(dump({ ...read, exit: {}, errno: 11 })).toBeUndefined();
  expect(dump({ name: 'close', args: [3] })).toBeUndefined();
});
