import { fstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

const O_NONBLOCK = 0o4000;
const LAST_STANDARD = 2;

interface Descriptor {
  readonly fd: number;
  /** What /proc/self/fd says: a path, or such as `pipe:[4711]`. */
  readonly link: string;
}

/**
 * The file descriptors above stderr that whoever started us meant for the command, as in `renacer -- cat /dev/fd/3 3<file` or of a
 * shell's `<(...)`. To be asked before anything of our own is opened.
 *
 * Node.js marks all that it inherits close-on-exec when it starts (`uv_disable_stdio_inheritance`), so that mark does not tell them
 * from its own: the event loops' anonymous inodes, and pipes of which this process holds both ends. Those are non-blocking but
 * for one, libuv's lock of signal handlers; it is younger than any that was inherited (such as the job server of make).
 */
export function inheritedFds(): number[] {
  const open = openDescriptors();
  const endsOf = (link: string): Descriptor[] => open.filter((other) => other.link === link);
  const pipes = [...new Set(open.map(({ link }) => link))].filter(
    (link) => link.startsWith('pipe:') && endsOf(link).length > 1,
  );
  const isNonBlockingPipe = (link: string): boolean => endsOf(link).every(({ fd }) => isNonBlocking(fd));
  const born = (link: string): number => Math.min(...endsOf(link).map(({ fd }) => bornBy(fd)));
  const lock = pipes.filter((link) => !isNonBlockingPipe(link)).sort((a, b) => born(b) - born(a))[0];
  const own = new Set([...pipes.filter(isNonBlockingPipe), lock]);
  return open
    .filter(({ link }) => !own.has(link) && !/^anon_inode:\[(eventpoll|eventfd|io_uring)\]$/.test(link))
    .map(({ fd }) => fd);
}

function openDescriptors(): Descriptor[] {
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => fd > LAST_STANDARD)
    .flatMap((fd) => {
      try {
        return [{ fd, link: readlinkSync(`/proc/self/fd/${fd}`) }];
      } catch {
        // The directory itself was read by this one.
        return [];
      }
    });
}

function isNonBlocking(fd: number): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0';
  return (Number.parseInt(flags, 8) & O_NONBLOCK) !== 0;
}

/** When the pipe was made, at the latest: reading and writing make its times younger. */
function bornBy(fd: number): number {
  const { atimeMs, mtimeMs, ctimeMs } = fstatSync(fd);
  return Math.min(atimeMs, mtimeMs, ctimeMs);
}
