import { AF_NETLINK } from '../constants/sockets.ts';
import { NETLINK_FLAGS, NETLINK_TYPES } from '../constants/uapi.generated.ts';
import { errnoNameOf } from '../errnos.ts';
import { hex, i32, u16, u32 } from '../memory-words.ts';
import { quoted, type StringStyle } from '../quoted-text.ts';

/**
 * Messages of netlink(7) sockets. Which protocol a socket speaks is not known from its messages, so the types of
 * protocols are numbers; those that all protocols have are named.
 */

/** What is not decoded of them. */
export const NETLINK_GAP = 'of netlink, messages after their headers';

const HEADER_SIZE = 16;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;

/** True if the address that goes with data says that they are netlink's. */
export function isNetlink(address: Uint8Array | undefined): boolean {
  return address !== undefined && address.length >= 2 && u16(address, 0) === AF_NETLINK;
}

/**
 * The messages in a buffer: `[{nlmsg_len=20, nlmsg_type=NLMSG_DONE, ...}, 0]`, several in brackets of their own. `length` is how many
 * bytes there are in truth: those that were captured may be fewer. Undefined if these are not messages.
 */
export function netlinkText(
  bytes: Uint8Array,
  length: number,
  style: StringStyle | undefined,
  limit: number,
): string | undefined {
  const messages: string[] = [];
  let offset = 0;
  while (offset + HEADER_SIZE <= bytes.length) {
    const size = u32(bytes, offset);
    if (size < HEADER_SIZE) return messages.length === 0 ? undefined : wrapped(messages);
    messages.push(messageText(bytes.subarray(offset, offset + size), size, style, limit));
    offset += Math.ceil(size / 4) * 4;
  }
  if (messages.length === 0) return undefined;
  if (offset < length) messages.push('...');
  return wrapped(messages);
}

function wrapped(messages: readonly string[]): string {
  return messages.length === 1 ? messages[0]! : `[${messages.join(', ')}]`;
}

function messageText(bytes: Uint8Array, size: number, style: StringStyle | undefined, limit: number): string {
  const type = u16(bytes, 4);
  const flags = u16(bytes, 6);
  const name = NETLINK_TYPES.known(type) ?? hex(type);
  const header = `{nlmsg_len=${size}, nlmsg_type=${name}, nlmsg_flags=${flagsText(flags)}, nlmsg_seq=${u32(bytes, 8)}, nlmsg_pid=${i32(bytes, 12)}}`;
  if (size === HEADER_SIZE) return header;
  return `[${header}, ${payloadText(type, bytes.subarray(HEADER_SIZE), size - HEADER_SIZE, style, limit)}]`;
}

function payloadText(
  type: number,
  payload: Uint8Array,
  size: number,
  style: StringStyle | undefined,
  limit: number,
): string {
  if (type === NLMSG_DONE && payload.length >= 4) return String(i32(payload, 0));
  if (type === NLMSG_ERROR && payload.length >= 4) {
    const error = -i32(payload, 0);
    return `{error=${error === 0 ? '0' : `-${errnoNameOf(error) ?? error}`}, msg=...}`;
  }
  const shown = Math.min(payload.length, limit);
  return quoted(payload, style, shown, shown < size);
}

/** Flags that mean something else by the type of the message are left as a number. */
function flagsText(flags: number): string {
  return NETLINK_FLAGS.known(flags) ?? hex(flags);
}
