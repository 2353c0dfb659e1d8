import { execSync } from 'node:child_process';
import { attach } from 'renacer';

const pid = Number(execSync('while sleep 0.1; do :; done > /dev/null & echo $!'));
const enough = AbortSignal.timeout(1000);
const { outcome, trace } = await attach([pid], { trace: true, signal: enough });
console.log(outcome, trace.syscalls); // 'detached', and the calls by name
process.kill(pid);
