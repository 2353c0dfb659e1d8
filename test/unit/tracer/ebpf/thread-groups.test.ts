import { describe, expect, it } from 'vitest';
import { ThreadGroups } from '../../../../src/tracer/ebpf/thread-groups.ts';

const end = (tid: number, status = 0, isWholeProcess = false) => ({ tid, status, isWholeProcess });

/** Task 1 with two threads more, and a child 9. */
function groups(): ThreadGroups {
  const made = new ThreadGroups();
  made.add(1, undefined);
  made.add(2, 1);
  made.add(3, 2);
  made.add(9, undefined);
  return made;
}

describe('ends of tasks', () => {
  it('are told as they come', () => {
    const made = groups();
    expect(made.ended(end(3, 256))).toEqual([end(3, 256)]);
    expect(made.ended(end(9))).toEqual([end(9)]);
    expect(made.ended(end(2))).toEqual([end(2)]);
    expect(made.ended(end(1))).toEqual([end(1)]);
  });

  it('are told of the first task of a process after those of all others, with its own status', () => {
    const made = groups();
    expect(made.ended(end(1, 256))).toEqual([]);
    expect(made.ended(end(2, 512))).toEqual([end(2, 512)]);
    expect(made.ended(end(3))).toEqual([end(3), end(1, 256)]);
  });

  it('and with that of the process, if it has ended as a whole since', () => {
    const made = groups();
    made.ended(end(1));
    made.ended(end(2));
    expect(made.ended(end(3, 1536, true))).toEqual([end(3, 1536, true), end(1, 1536)]);
  });

  it('are not told of a first task whose id another one has got', () => {
    const made = groups();
    expect(made.ended(end(1))).toEqual([]);
    expect(made.ended(end(2))).toEqual([end(2)]);
    made.superseded(1, 3);
    expect(made.ended(end(1, 256))).toEqual([end(1, 256)]);
  });

  it('are told of tasks of which nothing was known', () => expect(groups().ended(end(77))).toEqual([end(77)]));
});
