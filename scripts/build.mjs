// npm run build: TypeScript to dist/, from nothing, so that no file of an older build is packed. Then the files that the
// command line and the engine's threads start with are bundled in place: to open a hundred modules takes longer than to run
// `true`. The library stays as it is, a file a module.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';

const DIST = path.resolve('dist');
const ENTRIES = ['cli/main', 'run/engine-thread', 'chaos/network/queue-worker', 'chaos/network/syscalls/relay-worker'];
/** Loaded late, or native. */
const EXTERNAL = ['koffi', 'zod', 'jsonc-parser'];

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

async function bundle() {
  const input = Object.fromEntries(ENTRIES.map((name) => [name, path.join(DIST, `${name}.js`)]));
  const bundled = await rolldown({ input, external: EXTERNAL, platform: 'node', plugins: [urlsOfBundles] });
  await bundled.write({ dir: DIST, entryFileNames: '[name].js', chunkFileNames: 'bundle/[name].js' });
}

rmSync(DIST, { recursive: true, force: true });
const { status } = spawnSync('tsc', ['-p', 'tsconfig.json'], { stdio: 'inherit' });
if (status === 0) await bundle();
process.exitCode = status ?? 1;
