import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Looks, refusalOf } from '../../../../../../src/campaign/sweep/worker/checkpoint/refusals.ts';

const SOUND: Looks = {
  status: 'Name:\tcat\nThreads:\t1\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000000000\n',
  children: '',
  descriptors: new Map([0, 1, 2].map((fd) => [fd, 'pos:\t0\nflags:\t0100002\nmnt_id:\t15\n'])),
  maps: [
    '555555554000-555555556000 r--p 00000000 fe:00 1234   /usr/bin/cat',
    '7ffff7fc3000-7ffff7fc5000 r-xp 00000000 00:00 0      [vdso]',
    '7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0      [stack]',
    '',
  ].join('\n'),
  timers: '',
};

const why = (looks: Partial<Looks>): string | undefined => refusalOf({ ...SOUND, ...looks }, ['/home/me/work', '/tmp']);
const withDescriptor = (fd: number, info: string): Partial<Looks> => ({
  descriptors: new Map([...SOUND.descriptors, [fd, info]]),
});

describe('whether copies of a process are what it is itself', () => {
  it('allows one thread with nothing but its memory and fresh stdio', () => {
    expect(why({})).toBeUndefined();
  });

  it.each<[string, Partial<Looks>, string]>([
    ['threads', { status: SOUND.status.replace('Threads:\t1', 'Threads:\t12') }, 'it has threads'],
    ['children', { children: '4711 ' }, 'it has children'],
    [
      'a signal',
      { status: SOUND.status.replace('SigPnd:\t0000000000000000', 'SigPnd:\t0000000000000200') },
      'a signal waits for it',
    ],
    [
      'a signal of the process',
      { status: SOUND.status.replace('ShdPnd:\t0000000000000000', 'ShdPnd:\t0000000000004000') },
      'a signal waits for it',
    ],
    ['timers', { timers: 'ID: 0\nsignal: 14/0000000000000000\n' }, 'it has timers'],
    ['a file, pipe or socket', withDescriptor(3, 'pos:\t0\nflags:\t0100000\n'), 'it has files open'],
    ['closed stdio', { descriptors: new Map([...SOUND.descriptors].slice(1)) }, 'it has files open'],
    ['what it has read', withDescriptor(0, 'pos:\t4096\nflags:\t0100000\n'), 'it has read or written'],
    ['a lock', withDescriptor(1, 'pos:\t0\nlock:\t1: POSIX  ADVISORY  WRITE 4711 00:1f:42 0 EOF\n'), 'it holds a lock'],
    [
      'shared memory',
      { maps: `${SOUND.maps}7ffff7fbd000-7ffff7fbf000 rw-s 00000000 00:01 2049 /dev/zero (deleted)\n` },
      'it shares memory',
    ],
    [
      'a program that is put back',
      { maps: SOUND.maps.replace('/usr/bin/cat', '/home/me/work/cat') },
      'it executes or maps /home/me/work/cat',
    ],
  ])('refuses %s', (_, looks, reason) => {
    expect(why(looks)).toBe(reason);
  });

  it('reads what /proc has of a real process', () => {
    const read = (name: string): string => readFileSync(`/proc/self/${name}`, 'latin1');
    const descriptors = new Map(readdirSync('/proc/self/fdinfo').map((fd) => [Number(fd), '']));
    expect(refusalOf({ ...SOUND, status: read('status') }, [])).toBe('it has threads');
    expect(why({ descriptors })).toBe('it has files open');
  });
});
