import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support/renacer.ts';

/** What `npm install renacer` gives to somebody else: the tarball of `npm pack`, in a folder of its own. */
let elsewhere = '';

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { cwd: elsewhere, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

beforeAll(() => {
  elsewhere = mkdtempSync(path.join(tmpdir(), 'renacer-elsewhere-'));
  // What prepack and postpack do, but for the build.
  const manifest = (wish: string) => execFileSync('node', ['scripts/packed-manifest.mjs', wish], { cwd: ROOT });
  manifest('strip');
  let packed: string;
  try {
    packed = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', elsewhere], {
      cwd: ROOT,
      encoding: 'utf8',
    });
  } finally {
    manifest('restore');
  }
  writeFileSync(path.join(elsewhere, 'package.json'), '{"name": "elsewhere", "private": true, "type": "module"}');
  run('npm', 'install', '--no-audit', '--no-fund', `./${packed.trim()}`);
});

afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

describe('the package, installed elsewhere', () => {
  it('runs a command by npx', () => {
    const listing = run('npx', 'renacer', '--chaos', 'gentle', '-o', 'own.txt', '--', 'ls', '-l', '/');
    expect(listing).toMatch(/ etc$/m);
    expect(readFileSync(path.join(elsewhere, 'own.txt'), 'utf8')).toContain('outcome  survived');
  });

  it('has no scripts that npm would warn of, and this repository still has them', () => {
    const scripts = (file: string) => (JSON.parse(readFileSync(file, 'utf8')) as { scripts?: object }).scripts;
    expect(scripts(path.join(elsewhere, 'node_modules/renacer/package.json'))).toBeUndefined();
    expect(scripts(path.join(ROOT, 'package.json'))).toMatchObject({ prepare: 'npm run build' });
  });

  it('traces, injects and knows its version', () => {
    expect(run('npx', 'renacer', '-o', 'trace.txt', '-e', 'trace=openat', '--', 'cat', '/etc/hostname')).not.toBe('');
    expect(readFileSync(path.join(elsewhere, 'trace.txt'), 'utf8')).toContain('"/etc/hostname", O_RDONLY) = ');
    const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(run('npx', 'renacer', '--version').trim()).toBe(`renacer ${version}`);
  });

  it.each(['renacer', 'renacer/chaos-basic', 'renacer/chaos-network', 'renacer/chaos-byzantine', 'renacer/chaos-full'])(
    'offers %s',
    (entry) => {
      const script = `import { ChaosConfig } from '${entry}';
        console.log(JSON.stringify(ChaosConfig.new().withMemoryLimit('1M').build()));`;
      expect(run('node', '--input-type=module', '-e', script)).toBe('{"memory_limit":1048576}\n');
    },
  );

  it('runs a command from the library', () => {
    const script = `import { ChaosConfig, run } from 'renacer';
      const { outcome, stdout } = await run('echo', ['hello'], { chaos: ChaosConfig.gentle(), trace: true });
      console.log(outcome, stdout.trim());`;
    expect(run('node', '--input-type=module', '-e', script)).toBe('survived hello\n');
  });

  it('has types for each entry point, of their tiers alone', () => {
    writeFileSync(
      path.join(elsewhere, 'consumer.ts'),
      `import { type ChaosConfig as Config, type Outcome, type RunResult, run } from 'renacer';
       import { ChaosConfig as Basic } from 'renacer/chaos-basic';
       import { ChaosConfig as Network } from 'renacer/chaos-network';
       import { ChaosConfig as Byzantine } from 'renacer/chaos-byzantine';
       import { ChaosConfig as Full } from 'renacer/chaos-full';
       const basic = Basic.new().withCpuLimit(0.5).build();
       Network.new().withNetworkLatency('100ms').build();
       Byzantine.new().withByzantineFaults(0.1).build();
       const full: Config = Full.extreme();
       // @ts-expect-error the basic tier has no network
       Basic.new().withNetworkLatency('100ms');
       const result: RunResult = await run('true', [], { chaos: basic });
       const outcome: Outcome = result.outcome;
       console.log(outcome, full);`,
    );
    const tsc = path.join(ROOT, 'node_modules/.bin/tsc');
    const options = ['--noEmit', '--strict', '--module', 'NodeNext', '--target', 'ES2022', '--types', 'node'];
    const types = ['--typeRoots', path.join(ROOT, 'node_modules/@types')];
    expect(() => run(tsc, ...options, ...types, 'consumer.ts')).not.toThrow();
  });

  it.each(['schema/chaos.json', 'schema/report.json', 'docs/chaos.md', 'README.md', 'LICENSE', 'CHANGELOG.md'])(
    'has %s',
    (file) => expect(existsSync(path.join(elsewhere, 'node_modules/renacer', file))).toBe(true),
  );

  it.each(['src', 'test', 'bench', 'scripts'])('has no %s', (folder) => {
    expect(existsSync(path.join(elsewhere, 'node_modules/renacer', folder))).toBe(false);
  });
});
