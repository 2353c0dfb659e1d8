// Generates docs/decoding.md: what of each system call is decoded. It asks the argument types themselves, with many argument words.
//
//   npm run build; node scripts/generate-decoding-page.mjs
import { writeFileSync } from 'node:fs';

const built = (file) => import(new URL(`../dist/${file}`, import.meta.url).href);
const { decodingPage } = await built('syscalls/decoding-page.js');
writeFileSync(new URL('../docs/decoding.md', import.meta.url), decodingPage());
