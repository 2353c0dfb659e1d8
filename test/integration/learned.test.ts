import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { callsOfTrace } from '../../src/faults/traced-calls.ts';
import { has, RENACER, scratch } from '../support/guests.ts';
import { runWith } from '../support/programs.ts';

/** `ls` fails at what is not there; nothing else does in the program itself. */
const LOOK = ['sh', '-c', 'ls -d /no/such /etc /usr; true'];
const LOOK_AGAIN = ['ls', '-d', '/etc', '/usr', '/bin', '/tmp', '/dev', '/proc', '/var'];

async function callFaults(file: string, command: readonly string[]) {
  const chaos = { byzantine: { rate: 1, realism: 'learned', learned_from: file }, seed: 1 };
  const { faults } = await runWith(chaos, command);
  return faults.filter((fault) => fault.kind === 'call');
}

describe('errors that are learned', () => {
  it.each([
    ['a trace of Renacer', RENACER, ['--format', 'json', '-o']],
    ['a trace of strace', 'strace', ['-f', '-T', '-o']],
  ] as const)('from %s come at the calls that failed there, and only with these errors', async (_, tool, options) => {
    expect(has('strace'), 'strace is needed').toBe(true);
    const file = path.join(scratch(), 'real.trace');
    execFileSync(tool, [...options, file, ...(tool === RENACER ? ['--'] : []), ...LOOK], { stdio: 'pipe' });
    const faults = await callFaults(file, LOOK_AGAIN);
    expect(faults.length).toBeGreaterThan(0);
    for (const { fault } of faults) expect(fault).toMatch(/^error=ENOENT\b/);
    const failed = callsOfTrace(readFileSync(file, 'utf8')).filter(({ errno }) => errno === 'ENOENT');
    const names = failed.map(({ name }) => name);
    for (const { at } of faults) expect(names).toContain(at.syscall);
  });

  it('come as often and as late as they did', async () => {
    const file = path.join(scratch(), 'real.trace');
    const failed = 'statx(3, "a") = -1 EIO (Input/output error) <0.003900>\n';
    writeFileSync(file, `${failed}statx(3, "a") = 0 <0.000010>\n`);
    const faults = await callFaults(file, ['stat', ...Array(200).fill('/etc')]);
    expect(new Set(faults.map(({ at, fault }) => `${at.syscall} ${fault}`))).toEqual(
      new Set(['statx error=EIO:delay_enter=3ms']),
    );
    expect(faults.length).toBeGreaterThan(70);
    expect(faults.length).toBeLessThan(130);
  });
});
