// 25 commands of Debian, 19 of which have known defects in how they take a failing system call, 6 have none: cases.json. `setup` is
// a shell script that makes the directory in which `command` runs ($WORK) of the data ($D).
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { makeData } from './data.mjs';

export const CASES = JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8'));

/** Makes the work directory of a case below `directory`, and returns what a sweep of it is asked for. */
export function requestOf(of, directory) {
  const [data, work] = [path.join(directory, 'data'), path.join(directory, of.id)];
  makeData(data);
  mkdirSync(work);
  const env = { ...process.env, ...of.env, D: data, WORK: work };
  execFileSync('/bin/sh', ['-ec', of.setup], { cwd: work, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [command, ...args] = of.command.map((word) => word.replaceAll('$WORK', work));
  return {
    command,
    args,
    input: work,
    stdin: of.stdin && path.join(work, of.stdin),
    env: of.env ?? {},
    ignore: [],
    compare: of.compare ?? ['stdout', 'files'],
    verify: of.verify,
    verifyAlways: undefined,
    protect: of.protect,
    faults: ['errors', 'short', 'persistent'],
    every: false,
    depth: 1,
    maxRuns: undefined,
    only: undefined,
    paths: [],
    errors: undefined,
    sites: [],
    quick: false,
    forMs: undefined,
    jobs: undefined,
    isolation: 'full',
    network: 'own',
    ready: of.ready,
    drive: of.drive,
    results: undefined,
    resume: undefined,
    findingsDirectory: path.join(directory, 'findings', of.id),
    ownFiles: [],
    self: 'renacer',
  };
}

/** Whether a finding is the known defect: of the same class and call, and this error was tried and has shown it. */
export function shows(finding, { class: kind, syscall, error }) {
  if (finding.class !== kind || finding.syscall !== syscall) return false;
  return finding.error === error || finding.also.some((one) => one.startsWith(`${syscall} ${error} `));
}
