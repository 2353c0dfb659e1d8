/** What a lock function is about. */
export type LockKind =
  | 'mutex'
  | 'condition variable'
  | 'read-write lock'
  | 'semaphore'
  | 'barrier'
  | 'once'
  | 'spin lock';

/** Those of one kind: what comes before their names, and the rest of these. */
const FUNCTIONS: readonly (readonly [kind: LockKind, prefix: string, rest: string])[] = [
  ['mutex', 'pthread_mutex_', 'lock trylock timedlock clocklock unlock'],
  ['condition variable', 'pthread_cond_', 'wait timedwait clockwait signal broadcast'],
  [
    'read-write lock',
    'pthread_rwlock_',
    'rdlock tryrdlock timedrdlock clockrdlock wrlock trywrlock timedwrlock clockwrlock unlock',
  ],
  ['semaphore', 'sem_', 'wait trywait timedwait clockwait post'],
  ['barrier', 'pthread_barrier_', 'wait'],
  ['once', 'pthread_', 'once'],
  ['spin lock', 'pthread_spin_', 'lock trylock unlock'],
];

/**
 * The functions of the C library by which the threads of a program agree on who goes first (pthreads(7), sem_overview(7)). Where nobody
 * has to wait they make no system call. Their first argument is the address of the lock.
 */
export const LOCK_FUNCTIONS: ReadonlyMap<string, LockKind> = new Map(
  FUNCTIONS.flatMap(([kind, prefix, rest]) => rest.split(' ').map((name) => [`${prefix}${name}`, kind] as const)),
);
