/** Structures of messages and buffers, as 64-bit programs lay them out: see recvmsg(2), readv(2), <linux/socket.h>. Bytes. */

export const POINTER_BYTES = 8;
/** struct iovec: base, length. */
export const IOVEC_BYTES = 16;

export const MSGHDR_BYTES = 56;
/** Members of struct msghdr. */
export const MSGHDR = { name: 0, nameLength: 8, iov: 16, iovLength: 24, control: 32, controlLength: 40 } as const;
