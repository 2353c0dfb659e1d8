import { bind, errno, viewMemory } from './libc.ts';
import { NativeMemory } from './memory.ts';

const getpwnam = bind('getpwnam', 'uintptr_t', ['str']);
const getgrouplist = bind('getgrouplist', 'int', ['str', 'uint', 'uintptr_t', 'uintptr_t']);

/** Offsets in struct passwd. */
const PW_UID = 16;
const PW_GID = 20;
const PASSWD_BYTES = 48;

const PAGE = 4096;
/** NGROUPS_MAX. */
const MAX_GROUPS = 65536;

/** Who a process runs as. */
export interface User {
  readonly uid: number;
  readonly gid: number;
  /** Its supplementary groups, `gid` among them. */
  readonly groups: readonly number[];
}

/** The user of this name, wherever users are kept (getpwnam(3), getgrouplist(3)); undefined if there is none. */
export function userByName(name: string): User | undefined {
  const found = getpwnam(name);
  if (found === 0) return undefined;
  const passwd = new DataView(viewMemory(found, PASSWD_BYTES));
  const gid = passwd.getUint32(PW_GID, true);
  return { uid: passwd.getUint32(PW_UID, true), gid, groups: groupsOf(name, gid) };
}

function groupsOf(name: string, gid: number): readonly number[] {
  const memory = NativeMemory.allocate(PAGE + MAX_GROUPS * 4);
  try {
    memory.u32[0] = MAX_GROUPS;
    if (getgrouplist(name, gid, memory.address + PAGE, memory.address) < 0) {
      throw new Error(`getgrouplist: ${errno()}`);
    }
    return [...memory.u32.slice(PAGE / 4, PAGE / 4 + memory.u32[0])];
  } finally {
    memory.free();
  }
}
