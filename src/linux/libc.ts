import { createRequire } from 'node:module';
import { constants } from 'node:os';
import type Koffi from 'koffi';
import { RenacerError } from '../model/errors.ts';
import { withoutStderr } from './without-stderr.ts';

/**
 * The C types that bindings here use. Addresses are plain numbers (`uintptr_t`): user-space addresses fit a double, and
 * numbers are the fastest arguments that koffi takes.
 */
export type CType = 'int' | 'uint' | 'long' | 'ulong' | 'size_t' | 'uintptr_t' | 'void' | 'str';

type CValue = number | bigint | string | null;
type CFunction = (...args: CValue[]) => number;

/** The one of package.json. */
export const KOFFI_VERSION = '3.3.4';

let koffi!: typeof Koffi;
let library!: ReturnType<typeof koffi.load>;
let failure: RenacerError | undefined;
// Not an error of the import: `renacer --help` works everywhere, and what does not is to say why.
try {
  koffi = loadKoffi();
  library = koffi.load('libc.so.6');
} catch (error) {
  failure = error instanceof RenacerError ? error : withoutGlibc(error);
}

/** Throws why no function of libc can be called here, if that is so: NOT_LINUX, NOT_X86_64, KOFFI_MISSING, NO_GLIBC. */
export function demandLibc(): void {
  if (failure) throw failure;
}

/** Required, not imported: what keeps it from loading is an error to be told. */
function loadKoffi(): typeof Koffi {
  if (process.platform !== 'linux') {
    throw new RenacerError('NOT_LINUX', `Renacer needs Linux; this is ${process.platform}`, {
      hint: 'Run it in a Linux machine or container.',
    });
  }
  if (process.arch !== 'x64') {
    throw new RenacerError('NOT_X86_64', `Renacer needs an x86-64 processor; this is ${process.arch}`, {
      hint: 'Run it on an x86-64 machine; in a container, not an emulated one, since those cannot trace.',
    });
  }
  const fromHere = createRequire(import.meta.url);
  try {
    return binaryOfKoffi(fromHere);
  } catch {
    // It is elsewhere, or for another libc: koffi itself knows where to look.
  }
  try {
    return withoutStderr(() => fromHere('koffi'));
  } catch (cause) {
    throw new RenacerError(
      'KOFFI_MISSING',
      'the library koffi, through which Renacer calls the kernel, could not be loaded',
      {
        hint: 'Install Renacer again without omitting optional dependencies: the binary of koffi is one.',
        cause,
      },
    );
  }
}

/** For glibc. What koffi does to find it takes three times as long as to load it, since for that it looks at all that `node:util` has. */
function binaryOfKoffi(fromHere: NodeJS.Require): typeof Koffi {
  const { arch } = process;
  const binary: typeof Koffi = fromHere(`@koromix/koffi-linux-${arch}/linux_${arch}/koffi.node`);
  if (binary.version !== KOFFI_VERSION) throw new Error(`somebody else's koffi ${binary.version}`);
  return binary;
}

function withoutGlibc(cause: unknown): RenacerError {
  return new RenacerError('NO_GLIBC', 'Renacer needs the GNU C library (libc.so.6 could not be loaded)', {
    hint: 'On Alpine and other musl systems, run it in a glibc container such as node:20-bookworm.',
    cause,
  });
}

/** Binds a function of libc. A call costs 0.1 to 0.2 µs; without libc it throws as {@link demandLibc}. */
export function bind(name: string, result: CType, parameters: readonly CType[]): CFunction {
  if (failure) return demandLibc as () => never;
  return library.func(name, result, [...parameters]) as CFunction;
}

/** The address of a function of libc, for code of ours that calls it. */
export function addressOf(name: string): number {
  demandLibc();
  return Number(library.symbol(name));
}

/** A function of one argument, from code of ours that is at `address`. */
export function functionAt(address: number): (argument: number) => number {
  demandLibc();
  return koffi.decode(BigInt(address), koffi.proto('long', ['uintptr_t'])) as (argument: number) => number;
}

/** The name of a C++ function as its source has it; undefined if it is none. */
export type Demangler = (mangled: string) => string | undefined;

/** `__cxa_demangle` of the C++ library; undefined if there is none on this machine. */
export function loadDemangler(): Demangler | undefined {
  try {
    const cxx = koffi.load('libstdc++.so.6');
    // What it returns was allocated for the caller, who has to free it.
    const owned = koffi.disposable('DemangledName', 'str', library.func('free', 'void', ['void *']));
    const demangle = cxx.func('__cxa_demangle', owned, ['str', 'void *', 'void *', 'void *']);
    return (mangled) => demangle(mangled, null, null, null) ?? undefined;
  } catch {
    return undefined;
  }
}

/** errno of the last call that was made from this thread. */
export function errno(): number {
  return koffi.errno();
}

/** A view of `size` bytes at an address of this process. Whoever made the memory keeps it alive. */
export function viewMemory(address: number, size: number): ArrayBuffer {
  return koffi.view(BigInt(address), size);
}

/** Of names for one number, the last one counts: EAGAIN and EOPNOTSUPP are what the manual pages say. */
const ERRNO_NAMES = new Map(
  [
    ...Object.entries(constants.errno),
    ['EAGAIN', constants.errno.EAGAIN],
    ['EOPNOTSUPP', constants.errno.EOPNOTSUPP],
  ].map(([name, code]) => [code, name] as [number, string]),
);

export function errnoName(code: number): string {
  return ERRNO_NAMES.get(code) ?? `errno ${code}`;
}

/** An error of a system call, as Node's own look: `code` is the name of the errno. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;

  constructor(syscall: string, code: number) {
    super(`${syscall}: ${errnoName(code)}`);
    this.syscall = syscall;
    this.errno = code;
    this.code = errnoName(code);
  }
}

/** Passes a result on, or throws what errno says if it is negative. */
export function check(result: number, syscall: string): number {
  if (result < 0) throw new SystemCallError(syscall, errno());
  return result;
}

/** syscall(2): for system calls without a wrapper in libc. Negative one and errno on failure. */
export const syscall: CFunction = bind('syscall', 'long', ['long', 'long', 'long', 'long', 'long', 'long', 'long']);
