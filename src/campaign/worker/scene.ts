import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Workplace } from '../../enclosure/workplace.ts';
import { monotonicMs } from '../../linux/clock.ts';
import type { Subject } from '../../model/subject.ts';
import type { CheckResult, Observation } from '../../model/sweep.ts';
import { contentsOf } from './contents.ts';
import { Stdio } from './outputs.ts';
import { readinessTest, tcpSockets } from './readiness.ts';
import { ServiceDriver } from './service-driver.ts';
import { Shell } from './shell.ts';

/** How long a check or a client may take that has not been seen before; afterwards ten times as long as it took, but at least so long. */
const FIRST_LIMIT_MS = 60_000;
const FIRST_CLIENT_MS = 30_000;
const LEAST_CHECK_MS = 10_000;
const LEAST_CLIENT_MS = 500;
const FACTOR = 10;

export interface SceneOptions {
  /** Keep the bytes of small files that changed, for the evidence. */
  readonly contents: boolean;
  /** How long a usual run takes; undefined if that is not known yet. */
  readonly usualMs: number | undefined;
}

/** What is seen of a run when it has ended, whichever engine it was. */
export type SceneSeen = Pick<
  Observation,
  'stdout' | 'stderr' | 'changes' | 'changesOutside' | 'contents' | 'served' | 'verify' | 'verifyAlways'
>;

/** Where runs of a subject take place, by whichever engine: what it reads and writes, its directory, and the checks of what it leaves. */
export class Scene {
  readonly subject: Subject;
  readonly workplace: Workplace;
  readonly stdio: Stdio;
  readonly #shell: Shell;
  /** By command: how long it has taken at most. */
  readonly #checkMs = new Map<string, number>();
  /** How long a client has taken at most. */
  #clientMs: number | undefined;

  constructor(subject: Subject, workplace: Workplace) {
    this.subject = subject;
    this.workplace = workplace;
    this.stdio = new Stdio(subject.stdin);
    this.#shell = new Shell({ cwd: workplace.directory, env: subject.env, within: (start) => workplace.within(start) });
  }

  /** Before a run. */
  begin(options: SceneOptions): ServiceDriver | undefined {
    const { service } = this.subject;
    if (!service) return undefined;
    // It is asked what it says before it has begun.
    this.stdio.renew();
    const { directory } = this.workplace;
    return new ServiceDriver({
      isReady: readinessTest(service.ready, {
        output: () => this.stdio.text(),
        exists: (name) => this.workplace.within(() => existsSync(path.resolve(directory, name))),
        sockets: tcpSockets,
      }),
      startClient: () => this.#shell.start(service.drive),
      limitMs: this.#clientLimitMs(options),
    });
  }

  /** After it: what it has left, what the checks say of that; then all is put back. */
  finish<Facts extends Pick<Observation, 'end'>>(
    run: Facts,
    service: ServiceDriver | undefined,
    { contents }: SceneOptions,
  ): Facts & SceneSeen {
    const { workplace, stdio } = this;
    const { verify, verifyAlways } = this.subject.checks;
    const changes = workplace.changes();
    const observed = {
      ...run,
      stdout: stdio.stdout(),
      stderr: stdio.stderr(),
      changes,
      changesOutside: workplace.changesOutside(),
      contents: contents ? contentsOf(changes, (name) => workplace.contents(name)) : {},
      served: service?.served(),
    };
    const { served } = observed;
    const hasSucceeded = served ? served.client?.passed === true : run.end.kind === 'exited' && run.end.status === 0;
    const checks = {
      verify: verify !== undefined && hasSucceeded ? this.#check(verify) : undefined,
      verifyAlways: verifyAlways === undefined ? undefined : this.#check(verifyAlways),
    };
    if (service?.clientMs !== undefined) this.#clientMs = Math.max(this.#clientMs ?? 0, service.clientMs);
    workplace.restore();
    return { ...observed, ...checks };
  }

  close(): void {
    this.stdio.close();
    this.workplace.close();
  }

  /** A client takes much less than all of a run: as soon as one was served, it is known how long. */
  #clientLimitMs({ usualMs }: SceneOptions): number {
    if (usualMs === undefined) return FIRST_CLIENT_MS;
    return Math.max(LEAST_CLIENT_MS, FACTOR * (this.#clientMs ?? usualMs));
  }

  #check(command: string): CheckResult {
    const usualMs = this.#checkMs.get(command);
    const limitMs = usualMs === undefined ? FIRST_LIMIT_MS : Math.max(LEAST_CHECK_MS, FACTOR * usualMs);
    const startMs = monotonicMs();
    const result = this.#shell.run(command, limitMs);
    if (result.passed) this.#checkMs.set(command, Math.max(usualMs ?? 0, monotonicMs() - startMs));
    return result;
  }
}
