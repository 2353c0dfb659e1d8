import type { Outcome } from '../model/outcome.ts';
import { GROUPS, type Group } from './help-groups.ts';

/** What `renacer --help` prints: one screen. Lines of text are wrapped; those that begin with two spaces stay as they are. */
export const SHORT_HELP = `Usage: renacer [options] [--] COMMAND [ARG...]
       renacer [options] -p PID
       renacer sweep | explore | fuzz [options] -- COMMAND [ARG...]
       renacer replay FILE [options]
       renacer check FILE | doctor | help [TOPIC]

Runs a command under controlled, reproducible adversity and reports how it coped. Without chaos it traces system calls, as strace does. "renacer sweep" makes each system call fail, one after the other, and finds the failures that a command takes badly; "renacer explore" finds races; "renacer fuzz" finds what it takes two failures to show.

Examples:
  renacer sweep -- zip -qm b.zip notes.txt    find all failures it takes badly
  renacer --chaos gentle -- npm test          limits that a program should bear
  renacer --chaos aggressive -- ./server      little memory, a bad network
  renacer -e inject=write:error=ENOSPC -- sort -o out in             a full disk
  renacer --chaos gentle --verify 'cmp a b' --expect survived,failed -- cp a b
  renacer -f -e trace=%network -- curl URL    trace the calls of the network

Options, of many:
  --chaos MODE               none, gentle, aggressive, extreme, custom:FILE
  --chaos-memory-limit 64M   also -cpu-limit 0.5, -timeout 10s, -signals, ...
  -e inject=CALLS:FAULT      inject faults into chosen system calls
  --seed N                   make the same choices again
  --verify COMMAND           check the result when the command has ended
  --expect OUTCOMES          exit with 0 if the outcome is one of these, else 1
  --report FILE              write a JSON report; --record FILE: for replay

Outcomes: survived, failed, crashed, hung, corrupted, stopped, diverged, detached. The exit code is the command's own; 124 after a timeout, 125 for Renacer's own failure.

Help on: {topics}; renacer help sweep | explore | fuzz. All options: renacer --help-all
`;

const OUTCOME_TEXTS: Readonly<Record<Outcome, string>> = {
  survived: 'exit status 0, and the check (if any) passed',
  failed: 'a clean error: another exit status',
  crashed: 'ended by a signal that chaos did not send',
  hung: 'timed out, and the whole tree had been idle for --hang-after',
  corrupted: 'ended, and its check failed',
  stopped: 'ended by a limit, a signal or a rule of chaos, or by you',
  diverged: 'a replay diverged from its recording: no verdict',
  detached: 'not ended: a process of -p was detached, and runs on',
};

/** One page of `renacer help`. */
export interface Topic {
  readonly name: string;
  readonly text: string;
  /** The options that it lists. */
  readonly groups: readonly Group[];
}

export const TOPICS: readonly Topic[] = [
  {
    name: 'chaos',
    text: `A configuration is a preset, a JSON file, or flags; flags override it.

  preset      memory   CPU  timeout  signals  latency  loss  system calls
  gentle      500 MiB  0.8  60 s     no       0        0     no faults
  aggressive  50 MiB   0.2  10 s     yes      100 ms   10%   no faults
  extreme     50 MiB   0.2  10 s     yes      100 ms   10%   10% of reads, ...

--chaos custom:FILE.json reads a file of such keys, each of which may be left out:

  {
    "memory_limit": "100M", "cpu_limit": "50%", "timeout": "30s",
    "signals": ["SIGTERM"], "network_latency": "100ms",
    "byzantine": {"rate": 0.01, "errors": ["EIO"]},
    "rules": [{"syscall": "read", "path": "/etc/*", "error": "EIO"}]
  }

A key is mostly its flag without --chaos-: network_jitter is --chaos-network-jitter. Sizes: 4096, 64M (K is 1024). Rates: 0.1, 10%. Times: 1m30s, 100ms.`,
    groups: [GROUPS.basic],
  },
  {
    name: 'network',
    text: `Delay, loss, bandwidth limits, broken connections and failed DNS lookups, for the command's connections only. As root, Renacer impairs real packets, below TCP. Otherwise it emulates this at system calls; the report says which. renacer doctor shows what is possible here.

  renacer --chaos-network-latency 200ms --chaos-network-to :6379 -- ./client`,
    groups: [GROUPS.network],
  },
  {
    name: 'faults',
    text: `A rule says which calls meet which fault: -e inject=CALLS:FAULT[:CONDITION...]

  faults      error=EIO  retval=0  signal=SIGTERM  delay_enter=100ms
              delay_exit=1s  short=0.5  kill=before  corrupt=1bit  lost
  conditions  when=3  when=3+  prob=10%  times=2  path='**/save.json'
              fd=socket  comm=NAME

  renacer -e inject=fsync:error=EIO -- sqlite3 db 'insert into t values (1)'
  renacer -e inject=read:short=0.5:prob=20% -- tar -xf a.tar

A rule that never fired is reported at the end; with --strict it is an error.`,
    groups: [GROUPS.byzantine],
  },
  {
    name: 'scenarios',
    text: `A phase is a stretch of a run with options of its own: --phase NAME:KEY=VALUE:..., or "phases" in a configuration file.

  begins   at=2s   on=TRIGGER   after=PHASE   on=request   (none: at the start)
  ends     for=5s   until=TRIGGER   (none: with the run)
  again    every=2s   every=1s,3s (the seed draws)   times=3
  does     any option by its key: network_latency=200ms, memory_limit=64M
           signal=SIGHUP   pause   restart   run=COMMAND
  trigger  output=REGEX   listen=:80   connect=:80   file=GLOB   syscall=SET
           probe=NAME,is=failed   phase=NAME,is=ended   exit=LINEAGE
           then ,nth=2 and ,delay=1s

  renacer --phase net:on=output=ready:for=5s:network_latency=200ms -- ./server
  renacer --phase squeeze:at=2s:for=3s:memory_limit=64M -- ./server
  renacer check scenario.json                    the time line, without a run

Where two phases set one option, the later one wins. All about it: docs/scenarios.md.`,
    groups: [GROUPS.full],
  },
  {
    name: 'tracing',
    text: `Without chaos or result options, Renacer traces in the format of strace. With them, it traces only if -e trace=, --trace or -c asks for it. A set consists of names (openat), classes (%file, %network), /regex/ and !.

  renacer -f -yy -e trace=%file -o trace.txt -- make
  renacer -c -- ls -R /etc
  renacer --trace --chaos gentle -- ls`,
    groups: [GROUPS.tracing, GROUPS.filtering, GROUPS.showing, GROUPS.counting],
  },
  {
    name: 'outcomes',
    text: `How a run ended:

${Object.entries(OUTCOME_TEXTS)
  .map(([outcome, text]) => `  ${outcome.padEnd(10)} ${text}`)
  .join('\n')}`,
    groups: [GROUPS.results],
  },
  {
    name: 'exit-codes',
    text: `  its own   the command exited with it
  0, 1      with --expect: the outcome was one of those, or not
  1         the check failed; a replay diverged; --strict
  124       timed out
  125       Renacer's own failure; nothing was started
  126, 127  the command can't be run, or can't be found
  128+n     ended by signal n`,
    groups: [],
  },
  {
    name: 'replay',
    text: `--record FILE writes each fault with its place: which task, which call of that name. renacer replay FILE runs the same command (or another, after --) and injects the same faults at the same places. Faults that did not come again are reported, and the exit code is 1.

  renacer --chaos extreme --record lost.jsonl -- ./save
  renacer replay lost.jsonl`,
    groups: [],
  },
  {
    name: 'doctor',
    text: `renacer doctor tests what this machine allows, explains how to get the rest, and shows which backend each part of chaos will use. renacer doctor --clean removes what runs left behind if their Renacer was killed.`,
    groups: [],
  },
];
