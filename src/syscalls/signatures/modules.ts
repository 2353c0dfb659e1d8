import type { InputType, Signature } from '../argument-type.ts';
import { KEXEC_FILE_FLAGS, KEXEC_FLAGS, MODULE_INIT_FLAGS, REBOOT_COMMANDS } from '../constants/uapi.generated.ts';
import { on } from '../dependence.ts';
import { decimalU64At, pointerAt } from '../memory-words.ts';
import { choice, flags } from '../named-values.ts';
import { address, fd, namedValue, size } from '../types/numbers.ts';
import { arrayIn } from '../types/pointers.ts';
import { dataIn, string } from '../types/strings.ts';

const segments = arrayIn(
  { arg: 1 },
  32,
  (bytes) =>
    `{buf=${pointerAt(bytes, 0)}, bufsz=${decimalU64At(bytes, 8)}, mem=${pointerAt(bytes, 16)}, memsz=${decimalU64At(bytes, 24)}}`,
);

const ARCHITECTURES = choice('KEXEC_ARCH_???', {
  KEXEC_ARCH_DEFAULT: 0,
  KEXEC_ARCH_386: 3 << 16,
  KEXEC_ARCH_68K: 4 << 16,
  KEXEC_ARCH_PARISC: 15 << 16,
  KEXEC_ARCH_PPC: 20 << 16,
  KEXEC_ARCH_PPC64: 21 << 16,
  KEXEC_ARCH_S390: 22 << 16,
  KEXEC_ARCH_ARM: 40 << 16,
  KEXEC_ARCH_SH: 42 << 16,
  KEXEC_ARCH_IA_64: 50 << 16,
  KEXEC_ARCH_X86_64: 62 << 16,
  KEXEC_ARCH_AARCH64: 183 << 16,
  KEXEC_ARCH_RISCV: 243 << 16,
});
const ARCHITECTURE = 0xffff_0000;

const kexecFlags: InputType = {
  when: 'entry',
  print(call, arg) {
    const low = call.args.u32(arg);
    const architecture = ARCHITECTURES.text((low & ARCHITECTURE) >>> 0);
    const rest = low & ~ARCHITECTURE;
    if (rest === 0 && call.args.high(arg) === 0) return architecture;
    return `${architecture}|${KEXEC_FLAGS.text64(rest, call.args.high(arg))}`;
  },
};

/** Flags of 64 bits. */
const kexecFileFlags: InputType = {
  when: 'entry',
  print: (call, arg) => KEXEC_FILE_FLAGS.text64(call.args.u32(arg), call.args.high(arg)),
};

const firstMagic = namedValue(choice('LINUX_REBOOT_MAGIC1???', { LINUX_REBOOT_MAGIC1: 0xfee1dead }));
const secondMagic = namedValue(
  choice('LINUX_REBOOT_MAGIC2???', {
    LINUX_REBOOT_MAGIC2: 672274793,
    LINUX_REBOOT_MAGIC2A: 85072278,
    LINUX_REBOOT_MAGIC2B: 369367448,
    LINUX_REBOOT_MAGIC2C: 537993216,
  }),
);

/** The kernel itself: its modules, and another one in its place. */
export const MODULES: Readonly<Record<string, Signature>> = {
  init_module: { args: [address, size, string] },
  finit_module: { args: [fd, string, namedValue(MODULE_INIT_FLAGS)] },
  delete_module: { args: [string, namedValue(flags('O_???', { O_NONBLOCK: 0o4000, O_TRUNC: 0o1000 }))] },
  kexec_load: { args: [address, size, segments, kexecFlags] },
  kexec_file_load: { args: [fd, fd, size, dataIn({ arg: 2 }), kexecFileFlags] },
  reboot: {
    args: (args) => {
      const before = [firstMagic, secondMagic, namedValue(REBOOT_COMMANDS)];
      const restarts = REBOOT_COMMANDS.known(args.u32(2)) === 'LINUX_REBOOT_CMD_RESTART2';
      return restarts ? [...before, string] : before;
    },
    dependsOn: on(2, [0xa1b2c3d4]),
  },
};
