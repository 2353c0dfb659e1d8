/**
 * Files that a run may do without, or that say how it went: a cache that could not be written costs time, and no result; a log tells
 * of the fault, as stderr does.
 */
const CACHES =
  /(?:^|\/)(?:__pycache__|\.cache|\.[a-z]+_cache|\.eslintcache|\.sass-cache|\.parcel-cache)(?:\/|$)|\.pyc$/;
const LOGS = /\.log$/;

export function isCache(path: string): boolean {
  return CACHES.test(path);
}

export function isLog(path: string): boolean {
  return LOGS.test(path);
}
