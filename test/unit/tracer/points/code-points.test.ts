import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Chooser } from '../../../../src/tracer/points/data-points.ts';
import { guest, has, hasCompiler, ROOT, scratch } from '../../../support/guests.ts';
import { LIBC } from '../../../support/object-files.ts';
import { pointsOf } from './points-of.ts';

/** The first of all: of variables and of instructions. */
const first: Chooser = (_file, _what, count, picks) =>
  Array.from({ length: Math.min(count, picks) }, (_, index) => index);

const whys = (points: ReturnType<typeof pointsOf>, lineage: string): string[] =>
  points.points.filter((point) => point.lineage === lineage).map(({ at }) => at.why);

/** What both threads do, in their order; before that there is one thread, and nothing stops it. */
const OF_MAIN = [
  ...['pthread_rwlock_wrlock', 'pthread_rwlock_unlock', 'sem_wait', 'pthread_mutex_lock'],
  ...['pthread_mutex_unlock', 'pthread_mutex_trylock', 'pthread_mutex_unlock', 'pthread_barrier_wait'],
];
const OF_OTHER = [
  ...['pthread_once', 'pthread_rwlock_rdlock', 'pthread_rwlock_unlock', 'sem_post'],
  ...['pthread_mutex_lock', 'pthread_mutex_unlock', 'pthread_mutex_lock', 'pthread_cond_signal'],
  ...['pthread_mutex_unlock', 'pthread_barrier_wait'],
];

describe.skipIf(!hasCompiler)('points at locks', () => {
  it.each([[[]], [['before']]])('are the calls of lock functions, once a process has two threads: %s', (args) => {
    const run = pointsOf([guest('lock-kinds'), ...args]);
    expect(run.status).toBe(0);
    expect(run.refusals).toEqual([]);
    expect(whys(run, '0')).toEqual(OF_MAIN);
    expect(whys(run, '0.1')).toEqual(OF_OTHER);
  });

  it('say which lock it is', () => {
    const { points } = pointsOf([guest('lock-kinds')]);
    const mutexes = points.filter(({ at }) => at.why.startsWith('pthread_mutex_')).map(({ at }) => at.object);
    const others = points.filter(({ at }) => at.why.startsWith('pthread_rwlock_')).map(({ at }) => at.object);
    expect(new Set(mutexes).size).toBe(1);
    expect(new Set(others).size).toBe(1);
    expect(mutexes[0]).toMatch(/^[0-9a-f]+$/);
    expect(mutexes[0]).not.toBe(others[0]);
  });

  it('are there in a program that loads the empty library of threads, too, as those do that were linked long ago', () => {
    const file = path.join(scratch(), 'old');
    const library = path.join(path.dirname(LIBC), 'libpthread.so.0');
    execFileSync('cc', ['-o', file, path.join(ROOT, 'test/guests/lock-kinds.c'), '-Wl,--no-as-needed', library]);
    const run = pointsOf([file]);
    expect(run.refusals).toEqual([]);
    expect(whys(run, '0')).toEqual(OF_MAIN);
  });

  it('are there in processes that share memory, too, which has the locks in it', () => {
    const run = pointsOf([guest('shared-semaphore')]);
    expect(whys(run, '0')).toEqual(['sem_wait']);
    expect(whys(run, '0.1')).toEqual(['sem_wait', 'sem_post']);
    expect(whys(run, '0.2')).toEqual(['sem_wait', 'sem_post']);
    expect(new Set(run.points.map(({ at }) => at.object)).size).toBe(1);
  });

  it('are not there in a program that has a C library of its own, and that is said', () => {
    const file = path.join(scratch(), 'static');
    execFileSync('cc', ['-static', '-pthread', '-o', file, path.join(ROOT, 'test/guests/lock-kinds.c')]);
    const run = pointsOf([file]);
    expect(run.status).toBe(0);
    expect(run.points).toEqual([]);
    expect(run.refusals).toEqual([`the locks of ${file} are not those of the GNU C library: points at calls only`]);
  });
});

describe.skipIf(!hasCompiler)('points at data', () => {
  it('are accesses to variables that are watched, and instructions, beside the locks', () => {
    const run = pointsOf([guest('lock-kinds')], first);
    expect(run.status).toBe(0);
    const all = [...whys(run, '0'), ...whys(run, '0.1')];
    expect(all.filter((why) => why.startsWith('data ')).length).toBeGreaterThan(0);
    expect(all.filter((why) => /^instruction \w+\+0x[0-9a-f]+$/.test(why)).length).toBeGreaterThan(0);
    expect(all.filter((why) => !/^(data|instruction) /.test(why)).sort()).toEqual([...OF_MAIN, ...OF_OTHER].sort());
  });

  it.skipIf(!has('strip'))('are not there in a program that is stripped, and that is said', () => {
    const file = path.join(scratch(), 'stripped');
    execFileSync('strip', ['-o', file, guest('lock-kinds')]);
    const run = pointsOf([file], first);
    expect(run.refusals).toEqual([`${file} is stripped of its symbols: no points at its data`]);
    expect(whys(run, '0')).toEqual(OF_MAIN);
  });
});
