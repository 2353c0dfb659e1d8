import { CommanderError } from 'commander';
import { RenacerError } from '../model/errors.ts';
import { parseCommandLine } from './command-line.ts';
import { run } from './run.ts';

async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'doctor') {
    // Its probes are not loaded for a run.
    const { doctor } = await import('./doctor.ts');
    return doctor(argv.slice(1));
  }
  return run(parseCommandLine(argv, process.env));
}

/** One clear line, and what to do about it. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (!(error instanceof RenacerError)) throw error;
  const hint = error.hint ? `renacer: ${error.hint}\n` : '';
  process.stderr.write(`renacer: ${error.message}\n${hint}`);
  return error.exitCode;
}

process.exitCode = await main(process.argv.slice(2)).catch(report);
