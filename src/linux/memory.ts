import { bind, check, viewMemory } from './libc.ts';

const PAGE = 4096;

const PROT_READ = 1;
const PROT_WRITE = 2;
const PROT_EXEC = 4;
const MAP_SHARED = 0x01;
const MAP_PRIVATE = 0x02;
const MAP_ANONYMOUS = 0x20;

const mmap = bind('mmap', 'long', ['uintptr_t', 'size_t', 'int', 'int', 'int', 'long']);
const munmap = bind('munmap', 'int', ['uintptr_t', 'size_t']);

/**
 * Memory outside of the JavaScript heap, at an address that never changes: for structures that the kernel fills or
 * reads. Views of several widths lie over the same bytes.
 */
export class NativeMemory {
  readonly address: number;
  readonly size: number;
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly view: DataView;

  private constructor(address: number, size: number) {
    const buffer = viewMemory(address, size);
    this.address = address;
    this.size = size;
    this.u8 = new Uint8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.view = new DataView(buffer);
  }

  /** Zeroed, private memory of at least `minimum` bytes. */
  static allocate(minimum: number): NativeMemory {
    const size = Math.ceil(minimum / PAGE) * PAGE;
    return new NativeMemory(map(size, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, PROT_READ | PROT_WRITE), size);
  }

  /** The pages of a file descriptor, shared with the kernel or other processes. */
  static ofFile(fd: number, size: number, offset = 0, writable = false): NativeMemory {
    return new NativeMemory(map(size, MAP_SHARED, fd, offset, writable ? PROT_READ | PROT_WRITE : PROT_READ), size);
  }

  /** Pages of a file that can be executed and read; returns their address. They stay until the process ends. */
  static executableOfFile(fd: number, size: number): number {
    return map(size, MAP_PRIVATE, fd, 0, PROT_READ | PROT_EXEC);
  }

  /** Memory that another thread of this process has made, and keeps. */
  static at(address: number, size: number): NativeMemory {
    return new NativeMemory(address, size);
  }

  /** Gives the pages back. No view may be touched afterwards. */
  free(): void {
    check(munmap(this.address, this.size), 'munmap');
  }
}

function map(size: number, flags: number, fd: number, offset: number, protection: number): number {
  return check(mmap(0, size, protection, flags, fd, offset), 'mmap');
}
