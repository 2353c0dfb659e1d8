import type { Order, OrderObservation, OrderOptions } from '../../model/explore.ts';
import type { OpenPerformer as OpenAnyPerformer, Performer, Performers } from '../worker/performers.ts';

/** Performs runs in given orders. */
export type OrderPerformer = Performer<Order, OrderOptions, OrderObservation>;
export type OrderPerformers = Performers<Order, OrderOptions, OrderObservation>;
export type OpenOrderPerformer = OpenAnyPerformer<Order, OrderOptions, OrderObservation>;
