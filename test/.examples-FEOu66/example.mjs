import { spawn } from 'node:child_process';
import { attach } from 'renacer';

const server = spawn('sh', ['-c', 'while sleep 0.1; do :; done']);
const enough = AbortSignal.timeout(1000);
const { outcome, trace } = await attach([server.pid ?? 0], { trace: true, signal: enough });
console.log(outcome, trace.syscalls); // 'detached', and the calls by name
server.kill();
