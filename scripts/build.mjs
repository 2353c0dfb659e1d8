// npm run build: TypeScript to dist/, from nothing, so that no file of an older build is packed. Then what the command line and
// the engine's thread start with is bundled, and V8's code of it kept: to open and compile a hundred modules takes longer than
// to run `true`. The library stays as it is, a file a module.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { missingExports } from './late-exports.mjs';
import { lateModule } from './late-modules.mjs';

const DIST = path.resolve('dist');
/** Loaded late, or native. */
const EXTERNAL = ['koffi', 'zod', 'jsonc-parser'];
/** Of those that show which code is used. */
const MAX_RUN_MS = 30_000;
/** What the command line reads before it knows what else it needs, and what a run needs that nobody traces. */
const AT_ONCE = ['cli/commands', 'cli/run'];
/**
 * What a process or thread starts with. Of each group here all that it imports goes into one bundle, unless an earlier one has
 * it: the command line starts with the first, which starts a thread before it loads the next.
 */
const ENTRIES = [
  [['cli/main'], AT_ONCE, ['run/engine/run-in-thread'], ['cli/sweep'], ['cli/explore'], ['cli/fuzz']],
  [['run/engine/engine-thread']],
  [['campaign/sweep/worker/worker-main'], ['campaign/sweep/worker/ordinary-engine']],
  [['campaign/explore/worker/order-worker-main'], ['campaign/explore/worker/ordinary-runs']],
  [['campaign/fuzz/worker/fuzz-worker-main'], ['campaign/fuzz/worker/ordinary-fuzz-runs']],
  [
    ['chaos/network/network-thread'],
    ['chaos/network/queue/queue-worker'],
    ['chaos/network/syscalls/relay/relay-worker'],
    ['chaos/network/namespace/namespace-worker'],
  ],
];

/** Loaded by Node.js itself, each of them one file. */
const ALONE = ['bundle/bundled', 'cli/about'];

const fileOf = (name) => path.join(DIST, `${name}.js`);

/** A module and all that it imports, but for what it loads late. */
function importedBy(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, target] of readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^;]*?\bfrom '(\.[^']+)'/gm)) {
    importedBy(path.resolve(path.dirname(file), target), found);
  }
  return found;
}

/** What a module names beside itself is looked for from where the bundle will be: some folder of dist/. */
const urlsOfBundles = {
  name: 'urls-of-bundles',
  transform(code, file) {
    const moved = (target) => path.join('..', path.relative(DIST, path.resolve(path.dirname(file), target)));
    return code.replaceAll(
      /new URL\((['"])(.+?)\1, import\.meta\.url\)/g,
      (_, __, target) => `new URL('${moved(target)}', import.meta.url)`,
    );
  },
};

/** The files of a bundle: the modules of each of these groups, unless an earlier one has them. The first has what all need. */
function groupsOf(entries) {
  const taken = new Set([fileOf(entries[0][0])]);
  return entries.map((names, index) => {
    const modules = names.flatMap((name) => [...importedBy(fileOf(name))]).filter((file) => !taken.has(file));
    for (const file of modules) taken.add(file);
    const has = (file) => modules.includes(file) || (index === 0 && file.includes('rolldown/runtime'));
    return { name: path.basename(names[0]), test: has };
  });
}

/** Commander can start programs as its subcommands; none of ours is one, and what it needs for that takes 2 ms to load. */
const commanderAlone = {
  name: 'commander-alone',
  transform(code, file) {
    return file.includes('/commander/') ? code.replace("require('node:child_process')", '{}') : code;
  },
};

/** Of the bundles that have more than a run needs. */
function lateModules() {
  const late = new Set(AT_ONCE.flatMap((name) => [...importedBy(fileOf(name))]));
  return {
    name: 'late-modules',
    transform(code, file) {
      return late.has(file) ? lateModule(code, this.parse(code)) : undefined;
    },
  };
}

async function bundle(entry, groups, plugins) {
  const bundled = await rolldown({
    input: { [entry]: fileOf(entry) },
    external: EXTERNAL,
    checks: { ineffectiveDynamicImport: false },
    platform: 'node',
    // It would drop exports that late modules read.
    treeshake: { commonjs: false },
    plugins: [urlsOfBundles, commanderAlone, ...plugins],
  });
  return bundled.generate({
    dir: DIST,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: `bundle-${path.basename(entry)}/[name].cjs`,
    codeSplitting: { groups },
    comments: { legal: true, annotation: false, jsdoc: false },
  });
}

/** Read as Latin-1 (src/bundle/bundled.ts), which V8 keeps in half the memory. Outside of comments each such character is in a text. */
function asAscii(code) {
  return code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** As src/bundle/bundled.ts runs it. It is so in the file: to put the text together there would copy it twice. */
function asFunction(code) {
  return `(function (exports, require, module, __filename, __dirname) {${code}\n})`;
}

/** What a thread or a worker's process starts with: no module, since to load those takes longer. See src/linux/thread-ahead.ts. */
function threadStart(entry) {
  const { dir, base } = path.parse(`${entry}.cjs`);
  return `require('${path.relative(dir, 'bundle/bundled.cjs')}').load(require.resolve('./${base}'));\n`;
}

/** In place of a module that has been bundled, for whoever imports it. */
function standIn(entry) {
  const { dir, base } = path.parse(`${entry}.cjs`);
  const loader = path.relative(dir, 'bundle/bundled.cjs');
  return `import { fileURLToPath } from 'node:url';
import { load } from '${loader}';

load(fileURLToPath(new URL('./${base}', import.meta.url)));
`;
}

/** The page of --format html, with its style and its script inside. */
async function pageOf(folder) {
  const bundled = await rolldown({ input: fileOf('report/page/main'), platform: 'browser' });
  const { output } = await bundled.generate({ format: 'iife', minify: true });
  const read = (name) => readFileSync(path.resolve(folder, name), 'utf8');
  const parts = { style: read('style.css'), script: output[0].code.replaceAll('</script', '<\\/script') };
  return read('page.html').replaceAll(/\/\*(style|script)\*\//g, (_, part) => parts[part]);
}

/** First what V8 sees at once, then the functions that some runs call. */
function keepCode(files) {
  const keepIn = (cwd, ...args) => {
    const how = { cwd, encoding: 'utf8', timeout: MAX_RUN_MS };
    const { status, stderr } = spawnSync(process.execPath, [path.resolve('scripts/keep-code.cjs'), ...args], how);
    if (status !== 0) console.warn(`Renacer can't run here yet, so it will start a little slower:\n${stderr}`);
  };
  const keep = (...args) => keepIn('.', ...args);
  keep('--of', ...files);
  for (const options of [['-f'], ['--engine', 'ptrace', '-f'], ['--chaos', 'gentle']]) {
    keep('-o', '/dev/null', ...options, '--', 'sh', '-c', 'ls / | cat');
  }
  keepCodeOfWorkers(keepIn);
}

/** They have flags of their own (src/enclosure/start-worker.ts), and keep their code by themselves, of all that they have done by then. */
function keepCodeOfWorkers(keepIn) {
  const input = mkdtempSync(path.join(tmpdir(), 'renacer-build-'));
  try {
    writeFileSync(path.join(input, 'a'), 'a\n');
    keepIn(input, 'sweep', '--jobs', '1', '--', 'cat', 'a');
  } finally {
    rmSync(input, { recursive: true, force: true });
  }
}

rmSync(DIST, { recursive: true, force: true });
const { status } = spawnSync('tsc', ['-p', 'tsconfig.json'], { stdio: 'inherit' });
process.exitCode = status ?? 1;
if (status === 0) {
  writeFileSync(path.join(DIST, 'report/page.html'), await pageOf('src/report/page'));
  // Each is made of what tsc wrote, so none is written before all are made.
  const bundles = [];
  for (const groups of ENTRIES) {
    const [[entry]] = groups;
    const isLate = groups.includes(AT_ONCE);
    const made = await bundle(entry, groupsOf(groups), isLate ? [lateModules()] : []);
    const missing = isLate ? missingExports(made.output) : [];
    if (missing.length > 0) throw new Error(`the bundler has dropped what late modules need:\n${missing.join('\n')}`);
    bundles.push(made);
  }
  for (const entry of ALONE) bundles.push(await bundle(entry, [], []));
  const chunks = bundles.flatMap(({ output }) => output);
  const isAlone = ({ fileName }) => ALONE.includes(fileName.replace('.cjs', ''));
  for (const chunk of chunks) {
    const { fileName, code } = chunk;
    mkdirSync(path.dirname(path.join(DIST, fileName)), { recursive: true });
    writeFileSync(path.join(DIST, fileName), isAlone(chunk) ? code : asFunction(asAscii(code)));
  }
  for (const [[entry]] of ENTRIES) {
    writeFileSync(fileOf(entry), standIn(entry));
    if (/(-thread|worker-main)$/.test(entry)) writeFileSync(path.join(DIST, `${entry}-start.cjs`), threadStart(entry));
  }
  const kept = chunks.filter((chunk) => !isAlone(chunk));
  keepCode(kept.map(({ fileName }) => path.join(DIST, fileName)));
}
