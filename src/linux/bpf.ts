import { RenacerError } from '../model/errors.ts';
import { closeFd } from './fds.ts';
import { check, errno, SystemCallError, syscall } from './libc.ts';
import { NativeMemory } from './memory.ts';

/** bpf(2): maps, programs, and raw tracepoints to attach them to. What is made here goes with its file descriptor. */

const SYS_BPF = 321;
const BPF_MAP_CREATE = 0;
const BPF_MAP_UPDATE_ELEM = 2;
const BPF_PROG_LOAD = 5;
const BPF_RAW_TRACEPOINT_OPEN = 17;
const BPF_MAP_UPDATE_BATCH = 26;
const BPF_PROG_TYPE_RAW_TRACEPOINT = 17;

export const MAP_TYPE = { HASH: 1, ARRAY: 2, PERCPU_ARRAY: 6, CGROUP_ARRAY: 8, RINGBUF: 27 } as const;
/** Elements are allocated when they are needed. */
export const BPF_F_NO_PREALLOC = 1;
const BPF_F_MMAPABLE = 1 << 10;
const PAGE = 4096;

/** Numbers of the functions that programs call, as in <linux/bpf.h>. */
export const HELPER = {
  map_lookup_elem: 1,
  map_update_elem: 2,
  map_delete_elem: 3,
  ktime_get_ns: 5,
  get_current_pid_tgid: 14,
  get_current_uid_gid: 15,
  get_current_task: 35,
  current_task_under_cgroup: 37,
  probe_read_user: 112,
  probe_read_kernel: 113,
  probe_read_user_str: 114,
  ringbuf_output: 130,
} as const;

/** union bpf_attr, then what it points at. */
const ATTR_BYTES = 128;
const LICENSE_AT = 256;
const NAME_AT = 512;
const KEYS_AT = 256;
const CODE_AT = 1024;
const LOG_BYTES = 1024 * 1024;
const INSTRUCTION_BYTES = 8;
/** A signal interrupts the verifier. */
const EAGAIN = 11;
const MAX_TRIES = 10;

/** A map, of fixed sizes of keys and values (in bytes). Throws SystemCallError. */
export class BpfMap {
  readonly fd: number;

  constructor(type: number, keySize: number, valueSize: number, entries: number, flags = 0) {
    this.fd = withAttributes(ATTR_BYTES, ({ u32 }) => {
      u32.set([type, keySize, valueSize, entries, flags]);
      return [BPF_MAP_CREATE, 'bpf(BPF_MAP_CREATE)'];
    });
  }

  /** Sets elements: their keys one after another, and their values. */
  set(keys: Uint8Array, values: Uint8Array, count = 1): void {
    if (count === 0) return;
    const valuesAt = KEYS_AT + ((keys.length + 7) & ~7);
    withAttributes(valuesAt + values.length, ({ address, u8, u32, view }) => {
      u8.set(keys, KEYS_AT);
      u8.set(values, valuesAt);
      if (count === 1) {
        u32[0] = this.fd;
        setPointer(view, 8, address + KEYS_AT);
        setPointer(view, 16, address + valuesAt);
        return [BPF_MAP_UPDATE_ELEM, 'bpf(BPF_MAP_UPDATE_ELEM)'];
      }
      setPointer(view, 16, address + KEYS_AT);
      setPointer(view, 24, address + valuesAt);
      u32.set([count, this.fd], 8);
      return [BPF_MAP_UPDATE_BATCH, 'bpf(BPF_MAP_UPDATE_BATCH)'];
    });
  }

  close(): void {
    closeFd(this.fd);
  }
}

/** An array that this process sees as memory: its elements lie one after another. */
export class BpfArray extends BpfMap {
  readonly memory: NativeMemory;

  /** `valueSize` is a multiple of 8. */
  constructor(valueSize: number, entries: number) {
    super(MAP_TYPE.ARRAY, 4, valueSize, entries, BPF_F_MMAPABLE);
    this.memory = NativeMemory.ofFile(this.fd, Math.ceil((valueSize * entries) / PAGE) * PAGE, 0, true);
  }

  override close(): void {
    this.memory.free();
    super.close();
  }
}

/** 32-bit numbers as the bytes of a key or a value. */
export function wordsOf(...numbers: number[]): Uint8Array {
  return new Uint8Array(new Uint32Array(numbers).buffer);
}

/**
 * Loads a program for a raw tracepoint; returns its file descriptor. Throws RenacerError BPF_PROGRAM_REFUSED, with what
 * the kernel's verifier says, or SystemCallError where it did not come to that (EPERM).
 */
export function loadProgram(name: string, program: Uint8Array): number {
  const memory = NativeMemory.allocate(CODE_AT + program.length);
  try {
    memory.u8.set(program, CODE_AT);
    memory.u8.set(Buffer.from('GPL'), LICENSE_AT);
    memory.u8.set(Buffer.from(name), 48);
    memory.u32.set([BPF_PROG_TYPE_RAW_TRACEPOINT, program.length / INSTRUCTION_BYTES]);
    setPointer(memory.view, 8, memory.address + CODE_AT);
    setPointer(memory.view, 16, memory.address + LICENSE_AT);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const fd = bpf(BPF_PROG_LOAD, memory);
      if (fd >= 0) return fd;
      if (errno() !== EAGAIN) break;
    }
    const refusal = new SystemCallError('bpf(BPF_PROG_LOAD)', errno());
    throw explain(name, memory) ?? refusal;
  } finally {
    memory.free();
  }
}

/** Loads it again for the verifier's words. */
function explain(name: string, memory: NativeMemory): RenacerError | undefined {
  const log = NativeMemory.allocate(LOG_BYTES);
  try {
    memory.u32.set([1, LOG_BYTES], 6);
    setPointer(memory.view, 32, log.address);
    const fd = bpf(BPF_PROG_LOAD, memory);
    if (fd >= 0) closeFd(fd);
    const text = Buffer.from(log.u8.subarray(0, log.u8.indexOf(0))).toString('latin1');
    if (text === '') return undefined;
    const last = text.trimEnd().split('\n').slice(-12).join('\n');
    return new RenacerError('BPF_PROGRAM_REFUSED', `the kernel refused the eBPF program ${name}:\n${last}`, {
      hint: 'Use --engine ptrace, and please report this with the version of your kernel (uname -r).',
    });
  } finally {
    log.free();
  }
}

/** Attaches a loaded program; it stays attached as long as the file descriptor that is returned is open. */
export function attachRawTracepoint(name: string, programFd: number): number {
  return withAttributes(CODE_AT, ({ address, u8, u32, view }) => {
    u8.set(Buffer.from(name), NAME_AT);
    setPointer(view, 0, address + NAME_AT);
    u32[2] = programFd;
    return [BPF_RAW_TRACEPOINT_OPEN, `bpf(BPF_RAW_TRACEPOINT_OPEN, ${name})`];
  });
}

type Request = readonly [command: number, description: string];

function withAttributes(size: number, fill: (memory: NativeMemory) => Request): number {
  const memory = NativeMemory.allocate(size);
  try {
    const [command, description] = fill(memory);
    return check(bpf(command, memory), description);
  } finally {
    memory.free();
  }
}

function bpf(command: number, { address }: NativeMemory): number {
  return syscall(SYS_BPF, command, address, ATTR_BYTES, 0, 0, 0);
}

function setPointer(view: DataView, offset: number, address: number): void {
  view.setBigUint64(offset, BigInt(address), true);
}
