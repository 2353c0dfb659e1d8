import { realpathSync } from 'node:fs';
import path from 'node:path';

/** Where a path leads to; of one that leads nowhere, itself made absolute. */
export function realPathOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return path.resolve(file);
  }
}
