import { describe, expect, it } from 'vitest';
import { parseExplore } from '../../../src/cli/explore-command-line.ts';
import { makeExploreProgram } from '../../../src/cli/explore-options.ts';

function request(...argv: string[]) {
  return parseExplore([...argv, '--', './test', '-x']).request;
}

describe('the command line of an exploration', () => {
  it('without options has the usual values', () => {
    expect(request()).toMatchObject({
      command: './test',
      args: ['-x'],
      input: process.cwd(),
      expect: ['survived'],
      strategy: 'mix',
      points: 'locks',
      depth: 3,
      seed: 1,
      runs: undefined,
      bound: undefined,
      keepsGoing: false,
      isolation: 'full',
      network: 'own',
    });
  });

  it.each<[argv: string[], expected: object]>([
    [['--runs', '9'], { runs: 9 }],
    [['--for', '2m'], { forMs: 120_000 }],
    [['--bound', '2'], { bound: 2 }],
    [['--strategy', 'pct', '--depth', '2', '--seed', '0'], { strategy: 'pct', depth: 2, seed: 0 }],
    [['--points', 'data'], { points: 'data' }],
    [['--expect', 'failed,survived'], { expect: ['survived', 'failed'] }],
    [['--keep-going'], { keepsGoing: true }],
    [['--verify', 'true', '--verify-always', 'git fsck'], { verify: 'true', verifyAlways: 'git fsck' }],
    [['--no-isolation'], { isolation: 'none' }],
  ])('takes %s', (argv, expected) => expect(request(...argv)).toMatchObject(expected));

  it.each<[argv: string[], message: string]>([
    [['--strategy', 'fair'], '--strategy is "fair"; allowed: mix, random, urw, pct, pos'],
    [['--points', 'lock'], '--points is "lock"; allowed: calls, locks, data'],
    [['--bound', '-1'], '--bound is "-1"; allowed: a whole number from 0 to 100'],
    [['--runs', '0'], '--runs is "0"; allowed: a whole number from 1'],
    [['--for', '0s'], '--for is "0s"; allowed: a time above 0'],
    [['--expect', 'stopped'], '--expect is "stopped"; allowed: survived, failed, crashed, hung, corrupted'],
    [['--bound', '2', '--depth', '2'], '--bound and --depth are mutually exclusive'],
    [['--results', 'a', '--resume', 'b'], '--results and --resume are mutually exclusive'],
    [['--bonud', '2'], 'explore: unknown option --bonud'],
  ])('refuses %s', (argv, message) => expect(() => request(...argv)).toThrow(message));

  it('needs a command', () => expect(() => parseExplore(['--runs', '3'])).toThrow('explore: no command was given'));

  it('has each option in its help', () => {
    const program = makeExploreProgram();
    const help = program.helpInformation();
    for (const { long } of program.options) expect(help).toContain(long);
  });
});
