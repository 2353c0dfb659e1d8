import type { InputType, Signature } from '../argument-type.ts';
import { INOTIFY_EVENTS, INOTIFY_INIT_FLAGS } from '../constants/files.ts';
import { FAN_CLASSES, FAN_EVENTS, FAN_INIT_FLAGS, FAN_MARK_FLAGS } from '../constants/uapi.generated.ts';
import { flags } from '../named-values.ts';
import { openFlags } from '../types/flags.ts';
import { directoryFd, fd, int, namedValue } from '../types/numbers.ts';
import { path } from '../types/strings.ts';

const CLASS_BITS = 0xc;
const FAN_NOFD = -1;

const initFlags: InputType = {
  when: 'entry',
  print(call, arg) {
    const value = call.args.u32(arg);
    const kind = FAN_CLASSES.text(value & CLASS_BITS);
    return (value & ~CLASS_BITS) === 0 ? kind : `${kind}|${FAN_INIT_FLAGS.text(value & ~CLASS_BITS)}`;
  },
};

const events: InputType = {
  when: 'entry',
  print: (call, arg) => FAN_EVENTS.text64(call.args.u32(arg), call.args.high(arg)),
};

const directory: InputType & { readonly descriptor: true } = {
  ...directoryFd,
  print: (call, arg, options) => (call.args.i32(arg) === FAN_NOFD ? 'FAN_NOFD' : directoryFd.print(call, arg, options)),
};

const O_FLAGS = { O_NONBLOCK: 0o4000, O_CLOEXEC: 0o2000000 };

/** Being told of what happens to files and to memory. */
export const NOTIFICATION: Readonly<Record<string, Signature>> = {
  inotify_init: { args: [] },
  inotify_init1: { args: [namedValue(INOTIFY_INIT_FLAGS)] },
  inotify_add_watch: { args: [fd, path, namedValue(INOTIFY_EVENTS)] },
  inotify_rm_watch: { args: [fd, int] },
  fanotify_init: { args: [initFlags, openFlags] },
  fanotify_mark: { args: [fd, namedValue(FAN_MARK_FLAGS), events, directory, path] },
  userfaultfd: { args: [namedValue(flags('UFFD_???', { UFFD_USER_MODE_ONLY: 1, ...O_FLAGS }))] },
};
