import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PATIENCE_MS } from '../support/patience.ts';
import { closingLine, emptyDirectory, RENACER, ROOT, renacer } from '../support/renacer.ts';

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const blocksOf = (file: string, language: string): string[] =>
  [...read(file).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code!);

const EXAMPLES = ['README.md', 'docs/library.md', 'docs/testing-with-renacer.md'].flatMap((file) =>
  blocksOf(file, 'ts').map((code, index) => ({ name: `${file} #${index + 1}`, code })),
);

/** A folder inside of the package, where `renacer` is the package itself. */
function folderInside(): string {
  const directory = mkdtempSync(path.join(ROOT, 'test/.examples-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const whole = (code: string): string =>
  code.includes("from 'renacer'") ? code : `import { ChaosConfig, run } from 'renacer';\n${code}`;

it.each(EXAMPLES)('the example $name has the types that it needs', ({ code }) => {
  const file = path.join(folderInside(), 'example.ts');
  writeFileSync(file, whole(code));
  const strict = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--types', 'node'];
  const options = [...strict, '--module', 'NodeNext', '--target', 'ES2022', file];
  expect(() => execFileSync('node_modules/.bin/tsc', options, { cwd: ROOT })).not.toThrow();
});

it.each(EXAMPLES.filter(({ code }) => !code.includes("from 'vitest'")))('the example $name runs', ({ code }) => {
  const folder = folderInside();
  const options: ExecFileSyncOptionsWithStringEncoding = {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
  };
  writeFileSync(path.join(folder, 'example.mts'), whole(code));
  const tsc = ['--ignoreConfig', '--skipLibCheck', '--types', 'node', '--module', 'NodeNext', '--target', 'ES2022'];
  execFileSync('node_modules/.bin/tsc', [...tsc, path.join(folder, 'example.mts')], { ...options, cwd: ROOT });
  const printed = execFileSync(process.execPath, [path.join(folder, 'example.mjs')], options);
  expect(printed).not.toBe('');
});

describe('the backup of README.md', () => {
  const [script] = blocksOf('README.md', 'sh');
  const [, command] = /^\$ renacer (.*)$/m.exec(read('README.md'))!;

  function photos(): string {
    const cwd = emptyDirectory();
    mkdirSync(path.join(cwd, 'photos'));
    for (const name of ['anna', 'ben', 'cleo'])
      writeFileSync(path.join(cwd, 'photos', `${name}.jpg`), name.repeat(5000));
    writeFileSync(path.join(cwd, 'backup.sh'), script!);
    return cwd;
  }

  it('says that all is well, and has lost a photo', () => {
    const finished = renacer([], { cwd: photos(), through: ['sh', '-c', `"$0" ${command}`] });
    expect(finished.stdout).toBe('backup complete\n');
    expect(finished.stderr).toContain('photos/ben.jpg: Contents differ\n');
    expect(closingLine(finished, 'outcome')).toMatch(/^corrupted: exited with status 0, but its check exited with 1 /);
    expect(closingLine(finished, 'injected')).toMatch(/^error=EIO at read #\d+ of task 0\.1 /);
  });

  it('fails as it should with pipefail', () => {
    const pipefail = command!.replace('-- sh backup.sh', '-- bash -o pipefail backup.sh');
    const finished = renacer([], { cwd: photos(), through: ['sh', '-c', `"$0" ${pipefail}`] });
    expect(finished.stdout).toBe('');
    expect(closingLine(finished, 'outcome')).toMatch(/^failed/);
  });

  it('succeeds if nothing is injected', () => {
    const whole = command!.replace(/-e \S+/, '--chaos gentle');
    const finished = renacer([], { cwd: photos(), through: ['sh', '-c', `"$0" ${whole}`] });
    expect(closingLine(finished, 'outcome')).toMatch(/^survived/);
  });
});

it('README.md opens with a finding that a sweep has', () => {
  const [, block] = /^\$ \.\/bin\/renacer (sweep .*?)^\.\.\.$/ms.exec(read('README.md'))!;
  const [command, ...shown] = block!.split('\n');
  const { stdout, status } = renacer(command!.split(' '), { cwd: ROOT, env: { XDG_STATE_HOME: emptyDirectory() } });
  // Of what depends on the version of the shell and on the machine nothing is compared.
  const told = (line: string): boolean => /^(corrupted|fault| then| {2}why|proof| help| {7})/.test(line);
  const plain = (line: string): string => line.replace(/ {2,}finding .*$/, '').replace(/#\d+/, '#');
  expect(stdout.split('\n').map(plain)).toEqual(expect.arrayContaining(shown.filter(told).map(plain)));
  expect(status).toBe(1);
});

describe('docs/testing-with-renacer.md', () => {
  const scripts = blocksOf('docs/testing-with-renacer.md', 'sh');
  const shell = (script: string, cwd = emptyDirectory()) =>
    renacer([], { cwd, through: ['sh', '-c', `renacer() { "$RENACER" "$@"; }; ${script}`], env: { RENACER } });

  it('a full disk empties a file that is written in place, and only fails where it is replaced', () => {
    const inPlace = shell(scripts[0]!);
    expect(closingLine(inPlace, 'outcome')).toMatch(/^corrupted/);
    expect(inPlace.status).toBe(1);
    const replaced = shell(scripts[0]!.replace("'echo new > conf'", "'echo new > conf.new && mv conf.new conf'"));
    expect(closingLine(replaced, 'outcome')).toMatch(/^failed/);
    expect(replaced.status).toBe(0);
  });

  it('a database that is killed at a write is whole', () => {
    const cwd = emptyDirectory();
    expect(shell(scripts[1]!, cwd)).toMatchObject({ status: 0, stdout: '' });
    expect(readFileSync(path.join(cwd, 'run-1.log'), 'utf8')).toContain('outcome  ');
  });

  it('a suite runs with one seed after the other', () => {
    const cwd = emptyDirectory();
    writeFileSync(path.join(cwd, 'a.test.js'), "require('node:test')('adds', () => {});");
    const finished = shell(scripts[2]!, cwd);
    expect(finished.stderr).toContain('--seed=3 ');
    expect(finished.status).toBe(0);
  });
});

it.each(['README.md', 'docs/cli.md', 'docs/chaos.md', 'docs/testing-with-renacer.md'])(
  'flags that %s names exist',
  (file) => {
    const help = renacer(['--help-all']).stdout + renacer(['sweep', '--help']).stdout;
    const named = [...read(file).matchAll(/`[^`]*?(--[a-z][a-z-]+)/g)].map(([, flag]) => flag!);
    const ofOthers = [
      '--clean',
      '--cap-add',
      '--all',
      '--nope',
      '--privileged',
      '--help',
      '--help-all',
      '--bind',
      '--test',
    ];
    const unknown = [...new Set(named)].filter(
      (flag) => !new RegExp(`${flag}\\b`).test(help) && !ofOthers.includes(flag),
    );
    expect(unknown).toEqual([]);
  },
);

it('docs/scenarios.md shows what renacer check prints', () => {
  const [example] = blocksOf('docs/scenarios.md', 'json');
  const [, shown] = /^\$ renacer check full-disk\.json\n(.*?)^```/ms.exec(read('docs/scenarios.md'))!;
  const cwd = emptyDirectory();
  writeFileSync(path.join(cwd, 'full-disk.json'), example!);
  const printed = execFileSync(process.execPath, [RENACER, 'check', 'full-disk.json'], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  expect(printed).toBe(shown);
});

it('renacer check tells what is wrong with its line, and runs nothing', () => {
  const cwd = emptyDirectory();
  writeFileSync(path.join(cwd, 'bad.json'), '{\n  "phases": [{ "name": "a", "after": "b", "run": "touch made" }]\n}');
  const { status, stderr, stdout } = renacer(['check', 'bad.json'], { cwd });
  expect([status, stdout]).toEqual([125, '']);
  expect(stderr).toContain(
    'bad.json:2:38: phases[0].after is "b"; allowed: the name of another phase, and there is none',
  );
});
