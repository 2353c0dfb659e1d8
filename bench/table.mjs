import { compare } from './measure.mjs';

/** A line: `{ name, command, reference, target }`, with how it is measured (see measure.mjs). */
const WIDTH = 51;

/** Measures line after line, and prints each; the process exits with 1 if a ratio is above its target. */
export function printTable(title, lines) {
  console.log(`${title.padEnd(WIDTH)}  renacer ms  reference ms   ratio  target`);
  for (const { name, command, reference, target, ...how } of lines) {
    const { commandMs, referenceMs, ratio } = compare(command, reference, how);
    const met = target === undefined || ratio <= target;
    if (!met) process.exitCode = 1;
    const columns = [
      commandMs.toFixed(0).padStart(10),
      referenceMs.toFixed(0).padStart(12),
      ratio.toFixed(3).padStart(6),
    ];
    console.log(`${name.padEnd(WIDTH)}  ${columns.join('  ')}  ${target ?? ''}${met ? '' : '  missed'}`);
  }
}
