import { readFileSync } from 'node:fs';

/** The column of /proc/net/udp and /proc/net/tcp with the inode, from 0. */
const INODE_COLUMN = 9;

/** What the relay has beside a socket of the tree, for as long as that is there. */
export interface Companion {
  /** Of the socket of the tree. */
  readonly inode: number;
  /** Whether nothing is on its way that outlives the socket. */
  readonly isQuiet: boolean;
  abort(): void;
}

/** Companions of the sockets of one protocol. Nobody is told when a program closes a socket: it is looked for in the kernel's list. */
export class Companions {
  readonly #tables: readonly string[];
  readonly #all = new Set<Companion>();

  constructor(protocol: 'tcp' | 'udp') {
    this.#tables = [protocol, `${protocol}6`];
  }

  add(companion: Companion): void {
    this.#all.add(companion);
  }

  /** Ends those whose socket is gone: with `atOnce`, those too that have something on its way. */
  sweep(atOnce: boolean): void {
    if (this.#all.size === 0) return;
    const present = new Set(this.#tables.flatMap(inodesIn));
    for (const companion of this.#all) {
      if (present.has(companion.inode) || !(atOnce || companion.isQuiet)) continue;
      this.#all.delete(companion);
      companion.abort();
    }
  }
}

function inodesIn(table: string): number[] {
  let text: string;
  try {
    text = readFileSync(`/proc/net/${table}`, 'latin1');
  } catch {
    // A kernel without IPv6.
    return [];
  }
  return text
    .split('\n', -1)
    .slice(1)
    .map((line) => Number(line.trim().split(/\s+/)[INODE_COLUMN]));
}
