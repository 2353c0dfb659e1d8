import { alike, type InputType, type Signature } from '../argument-type.ts';
import { SCHEDULERS } from '../constants/processes.ts';
import { IOPRIO_CLASSES, IOPRIO_WHO, SCHED_FLAGS } from '../constants/uapi.generated.ts';
import { hex, u32 } from '../memory-words.ts';
import { flags } from '../named-values.ts';
import { decimalResult, hex32, hexResult, int, namedValue, noted, pid, size, uint } from '../types/numbers.ts';
import { type StructPrinter, structIn, structOut } from '../types/pointers.ts';
import { processorsIn, processorsOut } from '../types/processes.ts';
import { type Field, fieldIf, i32At, named64At, namedAt, record, u32At, u64At } from '../types/records.ts';
import { timespecOut } from '../types/time.ts';

const SCHED_RESET_ON_FORK = 0x4000_0000;
const KEEP_POLICY_OR_PARAMETERS = 0x18;
const KEEP_PARAMETERS = 0x10;
const IOPRIO_CLASS_SHIFT = 13;

function policyText(value: number): string | undefined {
  if ((value | 0) < 0) return undefined;
  const name = SCHEDULERS.known(value & ~SCHED_RESET_ON_FORK);
  if ((value & SCHED_RESET_ON_FORK) === 0) return name;
  return `SCHED_RESET_ON_FORK|${name ?? hex(value & ~SCHED_RESET_ON_FORK)}`;
}

const policy: InputType = {
  when: 'entry',
  print: (call, arg) => policyText(call.args.u32(arg)) ?? `${hex(call.args.u32(arg))} /* SCHED_??? */`,
};

const parameters = record({ sched_priority: i32At(0) });
const parametersIn = alike(structIn(4, parameters));
const parametersOut = alike(structOut(4, parameters));

const attributeFields = (shows: (flags: number) => Readonly<Record<'policy' | 'parameters', boolean>>) => {
  const having = (what: 'policy' | 'parameters', field: Field) => fieldIf((bytes) => shows(u32(bytes, 8))[what], field);
  return record({
    size: u32At(0),
    sched_policy: having('policy', namedAt(4, SCHEDULERS)),
    sched_flags: named64At(8, SCHED_FLAGS),
    sched_nice: having('parameters', i32At(16)),
    sched_priority: having('parameters', u32At(20)),
    sched_runtime: having('parameters', u64At(24)),
    sched_deadline: having('parameters', u64At(32)),
    sched_period: having('parameters', u64At(40)),
    sched_util_min: u32At(48),
    sched_util_max: u32At(52),
  });
};
const gotten = attributeFields(() => ({ policy: true, parameters: true }));
const given = attributeFields((flags) => ({
  policy: (flags & KEEP_POLICY_OR_PARAMETERS) === 0,
  parameters: (flags & KEEP_PARAMETERS) === 0,
}));

/** The size that the structure itself tells says how much of it there is. */
const bySize =
  (print: StructPrinter): StructPrinter =>
  (bytes, options, call) =>
    print(bytes.subarray(0, Math.max(4, u32(bytes, 0) || 48)), options, call);

function ioprioText(value: number): string {
  return `IOPRIO_PRIO_VALUE(${IOPRIO_CLASSES.text(value >>> IOPRIO_CLASS_SHIFT)}, ${value & 0x1fff})`;
}

const ioprio: InputType = { when: 'entry', print: (call, arg) => ioprioText(call.args.u32(arg)) };
const attributesSize = 56;

/** Who runs when and where, and whose requests to disks go first. */
export const SCHEDULING: Readonly<Record<string, Signature>> = {
  sched_yield: { args: [] },
  sched_getaffinity: { args: [pid, size, processorsOut] },
  sched_setaffinity: { args: [pid, size, processorsIn] },
  sched_getscheduler: {
    args: [pid],
    result: noted(hexResult, (call) => (call.errno === 0 ? policyText(call.result.u32(0)) : undefined)),
  },
  sched_setscheduler: { args: [pid, policy, parametersIn] },
  sched_getparam: { args: [pid, parametersOut] },
  sched_setparam: { args: [pid, parametersIn] },
  sched_get_priority_max: { args: [namedValue(SCHEDULERS)] },
  sched_get_priority_min: { args: [namedValue(SCHEDULERS)] },
  sched_rr_get_interval: { args: [pid, timespecOut] },
  sched_setattr: { args: [pid, alike(structIn(attributesSize, bySize(given))), hex32] },
  sched_getattr: {
    args: [
      pid,
      alike(structOut({ arg: 2 }, bySize(gotten))),
      uint,
      namedValue(flags('SCHED_GETATTR_FLAG_???', { SCHED_GETATTR_FLAG_DL_DYNAMIC: 1 })),
    ],
  },
  ioprio_get: {
    args: [namedValue(IOPRIO_WHO), int],
    result: noted(decimalResult, (call) => (call.errno === 0 ? ioprioText(call.result.u32(0)) : undefined)),
  },
  ioprio_set: { args: [namedValue(IOPRIO_WHO), int, ioprio] },
};
