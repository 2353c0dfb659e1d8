// What a sweep leaves behind: its input directory, /tmp and its like, processes and mounts before and after; and the most memory it had.
import { createHash, randomUUID } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often the memory of Renacer's processes, the main one and its workers, is looked at. */
const SAMPLE_MS = 100;
const SHARED = ['/tmp', '/var/tmp', '/dev/shm', '/run'];

/** Runs what `start` starts with a mark in its environment; `work` is the directory that has to stay as it was. */
export async function remains(work, name, start) {
  const mark = `RENACER_REAL_WORK=${name}-${randomUUID()}`;
  const [key, value] = mark.split('=');
  const before = { tree: treeOf(work), shared: sharedNames(), mounts: mounts() };
  const child = start({ ...process.env, [key]: value });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors = `${errors}${text}`.slice(-2000);
    if (process.env.VERBOSE) process.stderr.write(text);
  });
  let peakMiB = 0;
  let peakOfEach = [];
  const watch = setInterval(() => {
    const sizes = [child.pid, ...childrenOf(child.pid)].map(sizeOf);
    const sum = sizes.reduce((all, size) => all + size, 0);
    if (sum <= peakMiB) return;
    peakMiB = sum;
    peakOfEach = sizes;
  }, SAMPLE_MS);
  const [status, signal] = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (...end) => resolve(end));
  });
  clearInterval(watch);
  await sleep(1000);
  const left = [
    ...difference(before.tree, treeOf(work)).map((one) => `${one} in the input directory`),
    ...difference(before.shared, sharedNames()),
    ...difference(before.mounts, mounts()).map((one) => `mount ${one}`),
    ...marked(mark).map((one) => `process ${one}`),
  ];
  return { left, peakMiB, peakOfEach, status: status ?? signal, errors };
}

function difference(before, after) {
  return [
    ...[...after].filter((one) => !before.has(one)),
    ...[...before].filter((one) => !after.has(one)).map((one) => `no more: ${one}`),
  ];
}

/** Each entry with what `ls -la` tells of it, and the digest of what is in it. */
function treeOf(top) {
  const entries = readdirSync(top, { recursive: true }).map((name) => path.join(top, name));
  return new Set([top, ...entries].map(entryOf));
}

function entryOf(file) {
  const is = lstatSync(file);
  const bytes = is.isFile() ? readFileSync(file) : is.isSymbolicLink() ? readlinkSync(file) : '';
  return [
    file,
    is.mode.toString(8),
    is.nlink,
    is.uid,
    is.gid,
    is.size,
    is.mtimeMs,
    createHash('sha1').update(bytes).digest('hex'),
  ].join(' ');
}

function sharedNames() {
  return new Set(SHARED.flatMap((directory) => readdirSync(directory).map((name) => path.join(directory, name))));
}

function mounts() {
  return new Set(readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n'));
}

function marked(mark) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => reading(`/proc/${pid}/environ`).split('\0').includes(mark))
    .map((pid) => `${pid} ${reading(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
}

function childrenOf(pid) {
  return reading(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

/** In MiB; of pages that it shares with others, its part. */
function sizeOf(pid) {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(reading(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1024;
}

/** What is gone by now has nothing to tell. */
function reading(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH' || error.code === 'EACCES') return '';
    throw error;
  }
}
