// prepack and postpack: package.json without the scripts that are for this repository alone, and as it was. npm 11 warns those
// who install a package of a `prepare` script, which is never run there.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const MANIFEST = 'package.json';
const KEPT = '.package.json.kept';

const wish = process.argv[2];
if (wish === 'strip') {
  const text = existsSync(KEPT) ? readFileSync(KEPT, 'utf8') : readFileSync(MANIFEST, 'utf8');
  const { scripts: _, ...packed } = JSON.parse(text);
  writeFileSync(KEPT, text);
  writeFileSync(MANIFEST, `${JSON.stringify(packed, null, 2)}\n`);
} else if (wish === 'restore') {
  if (existsSync(KEPT)) renameSync(KEPT, MANIFEST);
} else {
  throw new Error('packed-manifest.mjs strip | restore');
}
