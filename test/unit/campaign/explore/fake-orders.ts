import type { OrderPerformer } from '../../../../src/campaign/explore/order-performer.ts';
import { ChoiceLog } from '../../../../src/chaos/schedule/choice-log.ts';
import { FollowedSwitches } from '../../../../src/chaos/schedule/followed-switches.ts';
import { strategyOf } from '../../../../src/chaos/schedule/strategies.ts';
import type { Order, OrderObservation, OrderOptions } from '../../../../src/model/explore.ts';
import { type Simulated, simulate } from '../../chaos/schedule/simulated.ts';

const NOTHING = { bytes: new Uint8Array(), length: 0, digest: '' };

/** Runs a simulated program: `wrong` is exit status 1. */
export class FakeOrders<S> implements OrderPerformer {
  readonly confirmed: Order[] = [];
  readonly performed: Order[] = [];
  isOpen = true;
  readonly #program: Simulated<S>;
  /** Which runs go as if there were no switch: by their number, from 1. */
  readonly #isDeaf: (run: number) => boolean;

  constructor(program: Simulated<S>, isDeaf: (run: number) => boolean = () => false) {
    this.#program = program;
    this.#isDeaf = isDeaf;
  }

  async perform(order: Order, options: OrderOptions): Promise<OrderObservation> {
    this.performed.push(order);
    return this.#run(this.#isDeaf(this.performed.length) ? { seed: 0, by: { switches: [] } } : order, options);
  }

  async confirm(order: Order, options: OrderOptions): Promise<OrderObservation> {
    this.confirmed.push(order);
    return this.#run(order, options);
  }

  async close(): Promise<void> {
    this.isOpen = false;
  }

  #run({ seed, by }: Order, { log: wantsLog }: OrderOptions): OrderObservation {
    const strategy = 'switches' in by ? new FollowedSwitches(by.switches) : strategyOf(by.strategy, { ...by, seed });
    const log = new ChoiceLog(strategy);
    const run = simulate(this.#program, log);
    const switches = run.switches.map((one) => ({ ...one, why: 'step' }));
    const waiting = { task: '0.1', program: 'fake', waitsFor: 'mutex a', heldBy: '0.2', stack: undefined };
    return {
      stdout: NOTHING,
      stderr: NOTHING,
      changes: [],
      verify: undefined,
      verifyAlways: undefined,
      durationMs: 1,
      end: { kind: 'exited', status: run.outcome === 'right' ? 0 : 1 },
      deaths: [],
      leftRunning: [],
      switches,
      missed: 'switches' in by ? by.switches.length - switches.length : 0,
      choices: log.choices.length,
      forced: 0,
      notExact: [],
      pointsRefused: [],
      deadlock: run.outcome === 'deadlock' ? [waiting] : undefined,
      counts: run.counts,
      log: wantsLog ? log.choices : [],
      told: [],
    };
  }
}
