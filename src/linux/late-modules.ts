import { createRequire } from 'node:module';

/**
 * Modules of Node.js that take 2 ms to load, and that few runs need: loaded when they are first asked for, for code that can't wait
 * for an import().
 */

const fromHere = createRequire(import.meta.url);

export function childProcess(): typeof import('node:child_process') {
  return fromHere('node:child_process') as typeof import('node:child_process');
}

export function http(): typeof import('node:http') {
  return fromHere('node:http') as typeof import('node:http');
}

export function net(): typeof import('node:net') {
  return fromHere('node:net') as typeof import('node:net');
}

export function streamConsumers(): typeof import('node:stream/consumers') {
  return fromHere('node:stream/consumers') as typeof import('node:stream/consumers');
}
