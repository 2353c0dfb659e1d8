// Sends numbered datagrams to an echo server, a hundred at a time: the next ones when nothing has come back for a while, so
// that no socket overflows. argv: host port count. Prints JSON: the numbers that came back, in order of arrival.
import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';

const BATCH = 100;
const [host, port, count] = process.argv.slice(2);
const arrived = [];
const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 1 << 20 });
socket.on('message', (message) => arrived.push(message.readUInt32LE(0)));
for (let i = 0; i < Number(count); i++) {
  const message = Buffer.alloc(16);
  message.writeUInt32LE(i, 0);
  socket.send(message, Number(port), host);
  if (i % BATCH === BATCH - 1) await silence(25);
}
await silence(300);
console.log(JSON.stringify(arrived));
process.exit();

async function silence(ms) {
  for (let before = -1; before !== arrived.length; ) {
    before = arrived.length;
    await sleep(ms);
  }
}
