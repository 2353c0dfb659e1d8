import { RenacerError } from '../model/errors.ts';
import type { TraceOption } from './trace-option.ts';

/** strace's options that are not here, each with its reason. */
export const MISSING = {
  kvm: 'virtual machines are not decoded',
  secontext: 'SELinux contexts are not shown',
  namespace: 'namespaces are not looked up; the flags of clone, unshare and setns are shown',
  pidns: 'ids in arguments are shown as the traced process sees them',
  debug: 'it is for debugging strace itself',
  tips: 'it is about strace',
} as const;

export function notHere(option: string, why: string): RenacerError {
  return new RenacerError('UNSUPPORTED_OPTION', `${option}: strace has this, Renacer does not: ${why}`, {
    hint: 'See renacer help tracing for the options that Renacer has.',
  });
}

function refused(flags: string, why: string): TraceOption {
  const [option] = flags.split(/[ =,]/);
  return {
    flags,
    summary: `not here: ${why}`,
    hidden: true,
    set() {
      throw notHere(option!, why);
    },
  };
}

export const REFUSED: readonly TraceOption[] = [
  refused('--kvm <what>', MISSING.kvm),
  refused('--secontext [format]', MISSING.secontext),
  refused('--namespace <what>', MISSING.namespace),
  refused('--pidns-translation', MISSING.pidns),
  refused('-d, --debug', MISSING.debug),
  refused('--tips [format]', MISSING.tips),
];
