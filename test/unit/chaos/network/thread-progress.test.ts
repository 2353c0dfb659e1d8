import { describe, expect, it } from 'vitest';
import { ThreadProgress } from '../../../../src/chaos/network/thread-progress.ts';

describe('ThreadProgress', () => {
  it('shows to one thread what another has set', () => {
    const thread = new ThreadProgress();
    const main = new ThreadProgress(thread.memory);
    expect(main.activity).toEqual({ passed: 0, waiting: 0 });
    thread.show({ passed: 2 ** 32 - 1, waiting: 3 });
    expect(main.activity).toEqual({ passed: 2 ** 32 - 1, waiting: 3 });
    thread.answered();
    expect([main.answers, main.activity.waiting]).toEqual([1, 3]);
    // There is an answer already, so this returns at once.
    main.awaitAnswer(0, 60_000);
  });
});
