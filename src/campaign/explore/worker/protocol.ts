import type { Order, OrderOptions } from '../../../model/explore.ts';

/** A run that a worker is to make: by the warm engine, or by the ordinary one, which needs the switches. */
export interface Job {
  readonly engine: 'warm' | 'ordinary';
  readonly order: Order;
  readonly options: OrderOptions;
}
