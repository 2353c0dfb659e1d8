import { signalByName } from '../strace-names.ts';
import type { FaultKind } from './effect.ts';

/** `signal=SIG`: sent to the task as it enters the call. */
export const signal: FaultKind<string> = (name) => ({ entry: { signals: [signalByName(name)!] } });
