import { expect, it } from 'vitest';
import {
  ownResourceLimit,
  RLIMIT_DATA,
  RLIMIT_NOFILE,
  RLIMIT_RTTIME,
  readResourceLimit,
} from '../../../src/linux/rlimits.ts';

it.each([RLIMIT_NOFILE, RLIMIT_RTTIME, RLIMIT_DATA])(
  'limit %i of this process is what /proc shows of it',
  (resource) => {
    expect(ownResourceLimit(resource)).toEqual(readResourceLimit(process.pid, resource));
  },
);
