// npm run build: TypeScript to dist/, from nothing, so that no file of an older build is packed.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync('tsc', ['-p', 'tsconfig.json'], { stdio: 'inherit' });
process.exitCode = status ?? 1;
