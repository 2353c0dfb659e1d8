/** How a call came back: strace's words for it. */
export const CALL_STATUSES = ['successful', 'failed', 'unfinished', 'unavailable', 'detached'] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];
