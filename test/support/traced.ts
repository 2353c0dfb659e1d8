import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { TraceEvent } from '../../src/model/trace-event.ts';
import type * as Engine from '../../src/run/engine/engine.ts';
import type { TracingPlan } from '../../src/run/engine/engine-plan.ts';
import { scratch } from './guests.ts';
import { built } from './limits.ts';

const { runEngine } = await built<typeof Engine>('run/engine/engine.js');

/** What the tests look at of an event: a copy, since the reader uses its objects again. */
export interface Seen {
  readonly kind: TraceEvent['kind'];
  readonly tid: number;
  readonly lineage: string;
  readonly nr: number;
  readonly abi: string;
  readonly returned: boolean;
  readonly errno: number;
  readonly formerTid: number;
}

export interface Traced {
  readonly status: number;
  readonly stdout: string;
  readonly events: readonly Seen[];
  /** Calls by number. */
  readonly calls: ReadonlyMap<number, number>;
  readonly tasks: number;
}

/** Runs a command under the built engine, with each event of the selected calls. Without a deadline: tests have theirs. */
export async function trace(argv: readonly string[], plan: Partial<TracingPlan> = {}): Promise<Traced> {
  const file = path.join(scratch(), 'stdout');
  const stdout = openSync(file, 'w');
  const stdin = openSync('/dev/null', 'r');
  const events: Seen[] = [];
  let pid = 0;
  const stop = (): void => {
    if (pid > 0) process.kill(pid, 'SIGKILL');
  };
  try {
    const ended = await runEngine(
      {
        launch: {
          file: argv[0]!,
          argv,
          env: Object.entries(process.env).map(([name, value]) => `${name}=${value}`),
          cwd: undefined,
          stdio: [stdin, stdout, 2],
          inheritedFds: [],
          rlimits: [],
        },
        tracing: {
          method: 'seccomp',
          follow: true,
          walksStops: process.env.RENACER_STOP_WALKER !== 'off',
          selected: 'all',
          events: true,
          timed: true,
          verbose: false,
          fdPaths: false,
          descriptorDetails: [],
          dumps: undefined,
          processNames: false,
          stringLimit: 32,
          signals: undefined,
          faults: undefined,
          replay: undefined,
          emulation: undefined,
          ioLatencyMs: undefined,
          ...plan,
        },
      },
      {
        started: (started) => {
          pid = started;
        },
        phase() {},
        fault() {},
        signal() {},
        stopped() {},
        attached() {},
        event: (event) => events.push(copyOf(event)),
        idle() {},
      },
    );
    pid = 0;
    if (ended.kind !== 'ended') throw new Error(`the command could not be started: ${JSON.stringify(ended)}`);
    return {
      status: ended.status!,
      stdout: readFileSync(file, 'utf8'),
      events,
      calls: new Map(ended.counts.map(({ nr, calls }) => [nr, calls])),
      tasks: ended.tasks,
    };
  } finally {
    stop();
    closeSync(stdout);
    closeSync(stdin);
  }
}

function copyOf(event: TraceEvent): Seen {
  return {
    kind: event.kind,
    tid: event.tid,
    lineage: event.lineage,
    nr: 'nr' in event ? event.nr : -1,
    abi: 'abi' in event ? event.abi : '',
    returned: 'returned' in event ? event.returned : true,
    errno: 'errno' in event ? event.errno : 0,
    formerTid: 'formerTid' in event ? event.formerTid : 0,
  };
}

/**
 * The rules that any sequence of events must keep; returns what breaks them. The life of a task begins with its birth and
 * ends once; inside it, calls come back before the next one begins; no two tasks have the same lineage.
 */
export function disorder(events: readonly Seen[]): string[] {
  const problems: string[] = [];
  const living = new Map<number, { lineage: string; call: number | undefined }>();
  const lineages = new Set<string>();
  for (const event of events) {
    const { kind, tid, lineage, nr } = event;
    const life = living.get(kind === 'exec-supersede' ? event.formerTid : tid);
    if (kind === 'task-start') {
      if (life) problems.push(`${tid} is born twice`);
      if (lineages.has(lineage)) problems.push(`${lineage} is there twice`);
      lineages.add(lineage);
      living.set(tid, { lineage, call: undefined });
      continue;
    }
    if (!life || life.lineage !== lineage) {
      problems.push(`${kind} of ${tid} (${lineage}) outside of its life`);
      continue;
    }
    if (kind === 'syscall-entry') {
      if (life.call !== undefined) problems.push(`${lineage} enters ${nr} inside of ${life.call}`);
      life.call = nr;
    } else if (kind === 'syscall-exit') {
      if (life.call !== nr) problems.push(`${lineage} leaves ${nr}, but is in ${life.call}`);
      life.call = undefined;
    } else if (kind === 'task-end') {
      if (life.call !== undefined) problems.push(`${lineage} ends inside of ${life.call}`);
      living.delete(tid);
    } else if (kind === 'exec-supersede') {
      living.delete(event.formerTid);
      living.set(tid, life);
    }
  }
  for (const { lineage } of living.values()) problems.push(`${lineage} has no end`);
  return problems;
}
