import type { Performer, PerformOptions } from '../../../../src/campaign/sweep/performer.ts';
import type { CaseFault, Observation, Recorded } from '../../../../src/model/sweep.ts';
import { frame, run } from '../../../support/recorded-runs.ts';
import { changed, exited, observed, output } from './verdict/observations.ts';

/**
 * A program `prog`: load() reads a file and fails with a message if it can't; save() writes it anew by two writes, and looks at no result of
 * them; clean_up() is called when load() has failed, and crashes if its unlink fails. A child of it, tar, exits with 2 if its dup2 fails, which is not looked at.
 */
export class FakePerformer implements Performer {
  readonly confirmed: (readonly CaseFault[])[] = [];
  /** The ways in which the ordinary engine behaves otherwise. */
  readonly deaf: boolean;
  performed = 0;
  isOpen = true;

  constructor(deaf = false) {
    this.deaf = deaf;
  }

  async perform(faults: readonly CaseFault[], options: PerformOptions): Promise<Observation> {
    this.performed++;
    return { ...outcomeOf(faults), recorded: options.record ? recordedOf(faults) : undefined };
  }

  async confirm(faults: readonly CaseFault[]): Promise<Observation> {
    this.confirmed.push(faults);
    return this.deaf ? { ...GOOD, injected: faults.length } : outcomeOf(faults);
  }

  async close(): Promise<void> {
    this.isOpen = false;
  }
}

const LOAD = [frame('load'), frame('main')];
const SAVE = [frame('save'), frame('main', 2)];
const SAVE_MORE = [frame('save', 9), frame('main', 2)];
const CLEAN_UP = [frame('clean_up'), frame('main', 3)];

const GOOD: Observation = observed({ injected: 0, changes: [changed('out', undefined, 'all of it')] });

const CLEAN: Recorded = run(
  [LOAD, SAVE, SAVE_MORE],
  [
    { syscall: 'read', stack: 0, errors: ['EIO'], mayBeShort: false },
    { syscall: 'write', stack: 1, errors: ['ENOSPC', 'EIO'], mayBeShort: false, paths: ['/work/out'] },
    { syscall: 'dup2', stack: 2, errors: ['EMFILE', 'EBUSY'], mayBeShort: false },
    { syscall: 'write', stack: 2, errors: ['ENOSPC'], mayBeShort: false, paths: ['/work/out'] },
  ],
);

const HANDLER: Recorded = run(
  [LOAD, CLEAN_UP],
  [
    { syscall: 'read', stack: 0, errors: ['EIO'], mayBeShort: false, result: -5 },
    { syscall: 'unlink', stack: 1, errors: ['EACCES'], mayBeShort: false, paths: ['/work/out'] },
  ],
);

function recordedOf([first]: readonly CaseFault[]): Recorded {
  if (first === undefined) return CLEAN;
  if (first.syscall === 'read') return HANDLER;
  return { ...CLEAN, calls: CLEAN.calls.slice(first.ordinal) };
}

function outcomeOf(faults: readonly CaseFault[]): Observation {
  const injected = faults.length;
  const [first, second] = faults;
  if (first === undefined) return GOOD;
  if (first.syscall === 'write') return { ...GOOD, injected, changes: [changed('out', undefined, 'some')] };
  if (first.syscall === 'dup2') {
    const struck = [{ program: '/bin/tar', isRoot: false, status: 2 }];
    return { ...GOOD, injected, changes: [changed('out', undefined, '')], struck };
  }
  const failed = { ...GOOD, injected, changes: [], end: exited(1), stderr: output('prog: read error\n') };
  if (second?.syscall !== 'unlink') return failed;
  return {
    ...failed,
    end: { kind: 'signalled', signal: 'SIGSEGV' },
    deaths: [{ program: '/bin/prog', signal: 'SIGSEGV', isRoot: true, stack: undefined }],
  };
}
