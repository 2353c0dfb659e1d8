import { alike, type InputType, type OutputType, type PrintOptions } from '../argument-type.ts';
import { constantText, namesAlone } from '../constant-style.ts';
import { ADDRESS_FAMILIES, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_UNIX } from '../constants/sockets.ts';
import { hex, i32, u16, u16be, u32 } from '../memory-words.ts';
import { hexEscaped, quoted, quotedUntilNul, type StringStyle } from '../quoted-text.ts';
import { addressText } from './numbers.ts';
import { changedNumber, structIn } from './pointers.ts';

/** sa_family_t, which every address begins with. */
const FAMILY_SIZE = 2;

/** struct sockaddr of any family: `{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}`. */
export function sockaddrText(bytes: Uint8Array, { strings }: PrintOptions): string {
  if (bytes.length < FAMILY_SIZE) return quoted(bytes, strings);
  const family = u16(bytes, 0);
  return `{sa_family=${ADDRESS_FAMILIES.text(family)}${familyFields(family, bytes, strings)}}`;
}

function familyFields(family: number, bytes: Uint8Array, style: StringStyle | undefined): string {
  switch (family) {
    case AF_UNIX:
      return bytes.length > FAMILY_SIZE ? `, sun_path=${unixPath(bytes.subarray(FAMILY_SIZE, 110), style)}` : '';
    case AF_INET:
      if (bytes.length < 8) break;
      return `, sin_port=${port(bytes)}, sin_addr=${packed(bytes, 4, 4, `inet_addr("${inet4Text(bytes, 4)}")`)}`;
    case AF_INET6:
      if (bytes.length < 24) break;
      return inet6Fields(bytes);
    case AF_NETLINK:
      if (bytes.length < 12) break;
      return `, nl_pid=${i32(bytes, 4)}, nl_groups=${netlinkGroups(u32(bytes, 8))}`;
    case AF_PACKET:
      if (bytes.length < 12) break;
      return `, sll_protocol=htons(${hex(u16be(bytes, 2))}), sll_ifindex=${i32(bytes, 4)}, sll_hatype=${hex(u16(bytes, 8))}, sll_pkttype=${bytes[10]}, sll_halen=${bytes[11]}`;
  }
  return bytes.length > FAMILY_SIZE ? `, sa_data=${quoted(bytes.subarray(FAMILY_SIZE), style)}` : '';
}

/** A path, or with `@` a name in the abstract namespace. */
function unixPath(path: Uint8Array, style: StringStyle | undefined): string {
  return path[0] === 0 ? `@${quoted(path.subarray(1), style)}` : quotedUntilNul(path, style);
}

function netlinkGroups(groups: number): string {
  return groups === 0 ? '00000000' : `0x${groups.toString(16).padStart(6, '0')}`;
}

export function inet4Text(bytes: Uint8Array, offset: number): string {
  return bytes.subarray(offset, offset + 4).join('.');
}

/** sin_port and sin6_port lie at the same place. */
function port(bytes: Uint8Array): string {
  return packed(bytes, 2, 2, `htons(${u16be(bytes, 2)})`);
}

/** A value in network byte order: without its name it is its bytes. */
function packed(bytes: Uint8Array, offset: number, size: number, name: string): string {
  return namesAlone() ? name : constantText(`"${hexEscaped(bytes.subarray(offset, offset + size))}"`, name);
}

function inet6Fields(bytes: Uint8Array): string {
  const flow = ((u16be(bytes, 4) << 16) | u16be(bytes, 6)) >>> 0;
  const scope = bytes.length >= 28 ? `, sin6_scope_id=${u32(bytes, 24)}` : '';
  const text = inet6Text(bytes, 8);
  const address = namesAlone()
    ? `inet_pton(AF_INET6, "${text}", &sin6_addr)`
    : `sin6_addr=${packed(bytes, 8, 16, `inet_pton(AF_INET6, "${text}")`)}`;
  return `, sin6_port=${port(bytes)}, sin6_flowinfo=${packed(bytes, 4, 4, `htonl(${flow})`)}, ${address}${scope}`;
}

/** An IPv6 address as inet_ntop(3) writes it: the longest run of zeroes becomes `::`. */
export function inet6Text(bytes: Uint8Array, offset: number): string {
  const groups = Array.from({ length: 8 }, (_, i) => u16be(bytes, offset + 2 * i));
  const [start, length] = longestZeroRun(groups);
  if (start === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff))) {
    return `::${length === 5 ? 'ffff:' : ''}${inet4Text(bytes, offset + 12)}`;
  }
  const words = groups.map((group) => group.toString(16));
  if (length < 2) return words.join(':');
  return `${words.slice(0, start).join(':')}::${words.slice(start + length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best[1]) best = [start, length];
  }
  return best;
}

/** An address that the program passes, with its length in argument `length`. */
export function sockaddrIn(length: number): InputType {
  const input = alike(structIn({ arg: length }, sockaddrText));
  return {
    ...input,
    print: (call, arg, options) =>
      call.args.i32(length) < FAMILY_SIZE ? addressText(call.args, arg) : input.print(call, arg, options),
  };
}

/** An address that the kernel fills, with its length behind argument `length`. */
export function sockaddrOut(length: number): OutputType {
  return alike({
    when: 'exit',
    capture: (arg) => [{ arg, at: 'exit', kind: 'bytes', size: { pointedBy: length } }],
    print(call, arg, options) {
      const bytes = call.errno === 0 ? call.captured.bytes(arg) : undefined;
      if (bytes === undefined) return addressText(call.args, arg);
      const asked = call.captured.bytesAtEntry(length);
      const filled = asked === undefined ? bytes.length : Math.min(bytes.length, u32(asked, 0));
      return sockaddrText(bytes.subarray(0, filled), options);
    },
  });
}

/** The length of such an address. */
export const sockaddrLength: OutputType = alike(changedNumber(i32));
