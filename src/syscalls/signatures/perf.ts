import type { ArgumentType, InputType, Signature } from '../argument-type.ts';
import { CLOCKS } from '../constants/time.ts';
import {
  PERF_BRANCH_SAMPLE,
  PERF_HARDWARE,
  PERF_OPEN_FLAGS,
  PERF_READ_FORMAT,
  PERF_SAMPLE,
  PERF_SOFTWARE,
  PERF_TYPES,
} from '../constants/uapi.generated.ts';
import { decimalU64At, hex, hex64At, u32 } from '../memory-words.ts';
import { choice } from '../named-values.ts';
import { addressText, fd, int, pid } from '../types/numbers.ts';
import type { StructPrinter } from '../types/pointers.ts';
import {
  type Field,
  fieldIf,
  named64At,
  namedAt,
  record,
  u16At,
  u32At,
  u64At,
  x32At,
  x64At,
} from '../types/records.ts';

const TYPE = { hardware: 0, software: 1, tracepoint: 2, cache: 3, breakpoint: 5 } as const;
const SIZES = choice('PERF_ATTR_SIZE_???', {
  PERF_ATTR_SIZE_VER0: 64,
  PERF_ATTR_SIZE_VER1: 72,
  PERF_ATTR_SIZE_VER2: 80,
  PERF_ATTR_SIZE_VER3: 96,
  PERF_ATTR_SIZE_VER4: 104,
  PERF_ATTR_SIZE_VER5: 112,
  PERF_ATTR_SIZE_VER6: 120,
  PERF_ATTR_SIZE_VER7: 128,
  PERF_ATTR_SIZE_VER8: 136,
});
const SMALLEST = 64;
const LARGEST = 144;

const CACHES = choice('PERF_COUNT_HW_CACHE_???', indexed('HW_CACHE_', 'L1D L1I LL DTLB ITLB BPU NODE'));
const CACHE_OPERATIONS = choice('PERF_COUNT_HW_CACHE_OP_???', indexed('HW_CACHE_OP_', 'READ WRITE PREFETCH'));
const CACHE_RESULTS = choice('PERF_COUNT_HW_CACHE_RESULT_???', indexed('HW_CACHE_RESULT_', 'ACCESS MISS'));
const BREAKPOINTS = choice('HW_BREAKPOINT_???', {
  HW_BREAKPOINT_EMPTY: 0,
  HW_BREAKPOINT_R: 1,
  HW_BREAKPOINT_W: 2,
  HW_BREAKPOINT_RW: 3,
  HW_BREAKPOINT_X: 4,
});

function indexed(prefix: string, names: string): Readonly<Record<string, number>> {
  return Object.fromEntries(names.split(' ').map((name, i) => [`PERF_COUNT_${prefix}${name}`, i]));
}

/** Bits of the flags in their order; the numbers are those of the second word. */
const BITS =
  'disabled inherit pinned exclusive exclude_user exclude_kernel exclude_hv exclude_idle mmap comm freq inherit_stat enable_on_exec task watermark precise_ip precise_ip_high mmap_data sample_id_all exclude_host exclude_guest exclude_callchain_kernel exclude_callchain_user mmap2 comm_exec use_clockid context_switch write_backward namespaces ksymbol bpf_event aux_output cgroup text_poke build_id inherit_thread remove_on_exec sigtrap'.split(
    ' ',
  );
const FLAGS_AT = 40;
const PRECISE_IP_BIT = 15;
const PRECISE_IP = ['arbitrary skid', 'constant skid', 'requested to have 0 skid', 'must have 0 skid'];

const typeOf = (bytes: Uint8Array): number => u32(bytes, 0);

function bit(bytes: Uint8Array, index: number): number {
  return (u32(bytes, FLAGS_AT + (index >= 32 ? 4 : 0)) >>> (index & 31)) & 1;
}

function hasFlag(name: string) {
  const index = BITS.indexOf(name);
  return (bytes: Uint8Array): boolean => bit(bytes, index) === 1;
}

/** What is counted, by the type. */
const config: Field = {
  end: 16,
  text(bytes) {
    const low = u32(bytes, 8);
    const unit = u32(bytes, 12) === 0 ? '' : `${hex(u32(bytes, 12))}<<32|`;
    switch (typeOf(bytes)) {
      case TYPE.hardware:
        return `${unit}${PERF_HARDWARE.text(low)}`;
      case TYPE.software:
        return PERF_SOFTWARE.text64(low, u32(bytes, 12));
      case TYPE.tracepoint:
        return decimalU64At(bytes, 8);
      case TYPE.cache: {
        const more = low >>> 24 === 0 ? '' : `${hex(low >>> 24)}<<24|`;
        const result = CACHE_RESULTS.text((low >>> 16) & 0xff);
        const operation = CACHE_OPERATIONS.text((low >>> 8) & 0xff);
        return `${unit}${more}${result}<<16|${operation}<<8|${CACHES.text(low & 0xff)}`;
      }
      default:
        return hex64At(bytes, 8);
    }
  },
};

/** The bits that are set; with -v all of them. */
const flagFields: Readonly<Record<string, Field>> = Object.fromEntries(
  BITS.flatMap((name, index): [string, Field][] => {
    if (name === 'precise_ip_high') return [];
    if (index === PRECISE_IP_BIT) {
      const precision = (bytes: Uint8Array): number => bit(bytes, index) | (bit(bytes, index + 1) << 1);
      return [[name, { end: 48, text: (bytes) => `${precision(bytes)} /* ${PRECISE_IP[precision(bytes)]} */` }]];
    }
    return [
      [
        name,
        {
          end: 48,
          text: (bytes, { verbose }) => (verbose || bit(bytes, index) ? String(bit(bytes, index)) : undefined),
        },
      ],
    ];
  }),
);

const isBreakpoint = (bytes: Uint8Array): boolean => typeOf(bytes) === TYPE.breakpoint;
const isOther = (bytes: Uint8Array): boolean => !isBreakpoint(bytes);
const samples = (bits: number) => (bytes: Uint8Array) => (u32(bytes, 24) & bits) !== 0;
const isFrequency = hasFlag('freq');
const usesClock = hasFlag('use_clockid');
const usesWatermark = hasFlag('watermark');

const shortFields: Readonly<Record<string, Field>> = {
  type: namedAt(0, PERF_TYPES),
  size: namedAt(4, SIZES),
  config,
  sample_freq: fieldIf(isFrequency, u64At(16)),
  sample_period: fieldIf((bytes) => !isFrequency(bytes), u64At(16)),
  sample_type: named64At(24, PERF_SAMPLE),
  read_format: named64At(32, PERF_READ_FORMAT),
  ...flagFields,
};
const shortText = record(shortFields);
const wholeText = record({
  ...shortFields,
  wakeup_watermark: fieldIf(usesWatermark, u32At(48)),
  wakeup_events: fieldIf((bytes) => !usesWatermark(bytes), u32At(48)),
  bp_type: fieldIf(isBreakpoint, namedAt(52, BREAKPOINTS)),
  bp_addr: fieldIf(isBreakpoint, x64At(56)),
  config1: fieldIf(isOther, x64At(56)),
  bp_len: fieldIf(isBreakpoint, u64At(64)),
  config2: fieldIf(isOther, x64At(64)),
  branch_sample_type: fieldIf(samples(0x800), named64At(72, PERF_BRANCH_SAMPLE)),
  sample_regs_user: x64At(80),
  sample_stack_user: fieldIf(samples(0x2000), x32At(88)),
  clockid: fieldIf(usesClock, namedAt(92, CLOCKS)),
  sample_regs_intr: x64At(96),
  aux_watermark: u32At(104),
  sample_max_stack: u16At(108),
  aux_sample_size: u32At(112),
  sig_data: x64At(120),
  config3: x64At(128),
  config4: x64At(136),
});

const attributesText: StructPrinter = (bytes, options, call) => {
  const said = u32(bytes, 4) || SMALLEST;
  const known = bytes.subarray(0, Math.min(said, LARGEST));
  const text = (options.verbose ? wholeText : shortText)(known, options, call);
  return options.verbose && said <= known.length ? text : `${text.slice(0, -1)}, ...}`;
};

/** struct perf_event_attr, which says its own size. */
const attributes: InputType = {
  when: 'entry',
  capture: (arg) => [{ arg, at: 'entry', kind: 'bytes', size: LARGEST }],
  print(call, arg, options) {
    const bytes = call.captured.bytes(arg);
    const isWhole = bytes !== undefined && bytes.length >= SMALLEST && (u32(bytes, 4) || SMALLEST) >= SMALLEST;
    if (!isWhole) return addressText(call.args, arg);
    return attributesText(bytes, options, call);
  },
};

/** Flags of 64 bits. */
const openFlags: ArgumentType = {
  when: 'entry',
  print: (call, arg) => PERF_OPEN_FLAGS.text64(call.args.u32(arg), call.args.high(arg)),
};

/** Performance counters. */
export const PERF: Readonly<Record<string, Signature>> = {
  perf_event_open: { args: [attributes, pid, int, fd, openFlags] },
};
