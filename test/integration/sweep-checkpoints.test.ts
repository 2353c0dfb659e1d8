import { mkdtempSync, rmSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type * as Subjects from '../../src/campaign/subject/subject.ts';
import type * as Worker from '../../src/campaign/sweep/worker/worker-process.ts';
import { readProcFile } from '../../src/linux/process-stat.ts';
import type { CaseFault } from '../../src/model/sweep.ts';
import { childrenOf } from '../support/attached.ts';
import { built } from '../support/limits.ts';
import { PYTHON } from '../support/programs.ts';
import type { BothWays } from '../sweep-cases/both-ways.mjs';
import { bothWays } from '../sweep-cases/both-ways.mjs';
import { requestOf } from '../sweep-cases/cases.mjs';

const { WorkerProcess } = await built<typeof Worker>('campaign/sweep/worker/worker-process.js');
const { subjectOf } = await built<typeof Subjects>('campaign/subject/subject.js');

// In /var/tmp: a case's own data is not in the /tmp that a sweep hides.
const scratch = mkdtempSync('/var/tmp/renacer-checkpoints-');
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
afterEach(() => void vi.unstubAllEnvs());

/** Enough to have some of each call. */
const MOST = 40;
const ENV = { LC_ALL: 'C' };

function compare(id: string, command: readonly string[], setup: string): Promise<BothWays> {
  const request = requestOf({ id, command, setup, env: ENV }, mkdtempSync(`${scratch}/`));
  return bothWays(request, { most: MOST, rounds: 0 });
}

const classes = ({ verdicts }: BothWays, way: 'whole' | 'forked') =>
  verdicts.map((one) => [one.of.faults, one[way].class]);

const FILES = 'cd $WORK && seq 100 > a && seq 200 > b && mkdir d && cp a b d';
const REPOSITORY = `${FILES} && git init -q . && git add a && git -c user.name=a -c user.email=a@b commit -qm one`;
const DATABASE = 'cd $WORK && sqlite3 t.db "create table t(a); insert into t values(1), (2)"';

describe('runs from a checkpoint', () => {
  it.each<[string, readonly string[], string]>([
    ['cat', ['cat', 'a', 'b'], FILES],
    ['ls', ['ls', '-lR'], FILES],
    ['cp', ['cp', '-r', 'd', 'e'], FILES],
    ['sort', ['sort', '-o', 'b', 'b'], FILES],
    ['tar', ['tar', '-cf', 'o.tar', 'd'], FILES],
    ['gzip', ['gzip', 'a'], FILES],
    ['sed', ['sed', '-i', 's/1/2/', 'a'], FILES],
    ['git', ['git', 'status'], REPOSITORY],
    ['sqlite3', ['sqlite3', 't.db', 'insert into t select a + 2 from t'], DATABASE],
    ['perl', ['perl', '-e', 'open F, "a"; open O, ">o"; while (<F>) { print O uc } close O or die'], FILES],
  ])('have the verdicts of whole runs: %s', async (id, command, setup) => {
    const both = await compare(id, command, setup);
    expect(classes(both, 'forked')).toEqual(classes(both, 'whole'));
    expect(both.standing).toBeGreaterThan(0);
  });

  it('show a program the ids that a whole run has', async () => {
    const script = `import os, sys, threading
ids = [os.getpid(), os.getppid(), os.getpgrp(), os.getsid(0), threading.get_native_id(), int(os.readlink("/proc/self"))]
child = os.fork()
if child == 0: os._exit(0)
os.waitpid(child, 0)
open("ids", "w").write(f"{ids} {child}")`;
    const both = await compare('ids', [PYTHON, '-I', '-S', '-c', script], FILES);
    expect(both.standing).toBeGreaterThan(0);
    const seen = both.verdicts.filter(({ seen: [whole] }) => whole.end.kind === 'exited' && whole.end.status === 0);
    expect(seen.length).toBeGreaterThan(0);
    for (const {
      seen: [whole, forked],
    } of seen) {
      expect(forked.changes.map(({ after }) => after?.digest)).toEqual(whole.changes.map(({ after }) => after?.digest));
    }
  });

  it('are not made of a program that is put back between runs', async () => {
    const both = await compare('own', ['./mycat', 'a', 'b'], `${FILES} && cp /bin/cat mycat`);
    expect(both.standing).toBe(0);
    expect(classes(both, 'forked')).toEqual(classes(both, 'whole'));
  });

  it('are not made of a program that looks who else is there', async () => {
    const both = await compare('processes', ['sh', '-c', 'cat a; ls -d /proc/[0-9]*'], FILES);
    expect(both.standing).toBe(0);
    expect(classes(both, 'forked')).toEqual(classes(both, 'whole'));
  });

  it('are whole ones from then on if what stands at the checkpoint is killed', async () => {
    vi.stubEnv('RENACER_CHECKPOINTS', 'always');
    const request = requestOf(
      { id: 'lost', command: ['cat', 'a'], setup: FILES, env: ENV },
      mkdtempSync(`${scratch}/`),
    );
    const worker = await WorkerProcess.start(subjectOf(request), undefined);
    try {
      const standing = () => childrenOf(worker.pid).filter((pid) => readProcFile(`/proc/${pid}/comm`) === 'cat\n');
      const full: CaseFault = { ...PLACE, way: 'once', fault: 'error=ENOSPC', site: '', occurrence: 1 };
      const perform = async (times: number) => {
        for (let run = 0; run < times; run++) {
          const { end, injected } = await worker.perform([full], OPTIONS);
          expect([end, injected]).toEqual([{ kind: 'exited', status: 1 }, 1]);
        }
      };
      await perform(12);
      expect(standing().length).toBeGreaterThan(0);
      for (const pid of standing()) process.kill(pid, 'SIGKILL');
      await perform(3);
      expect(standing()).toEqual([]);
    } finally {
      await worker.close();
    }
  });
});

const PLACE = { task: '0', syscall: 'write', ordinal: 1 };
const OPTIONS = {
  record: false,
  contents: false,
  stillness: { clock: false, entropy: true },
  deadlineMs: 20_000,
  usualCalls: {},
  usualMs: 10,
};
