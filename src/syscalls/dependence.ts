import type { Dependence } from '../model/capture.ts';

/**
 * What is captured of a call depends on the argument at this index: `values` are those that make a difference, `otherwise`
 * stands for all others. The programs in the kernel need to know it: they can't ask a signature.
 */
export function on(arg: number, values: readonly number[], otherwise = 0): Dependence {
  return { arg, values, otherwise };
}

/** The structure is at least so large, where an argument tells its size. */
export function onSize(arg: number, least: number, values: readonly number[] = []): Dependence {
  return { arg, values, otherwise: least };
}

/** From `first` to before `end`. */
export function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}
