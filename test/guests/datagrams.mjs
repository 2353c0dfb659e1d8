// Sends numbered datagrams to an echo server, a few at a time so that no socket overflows. argv: host port count.
// Prints JSON: the numbers that came back, in order of arrival.
import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';

const [host, port, count] = process.argv.slice(2);
const arrived = [];
const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
socket.on('message', (message) => arrived.push(message.readUInt32LE(0)));
for (let i = 0; i < Number(count); i++) {
  const message = Buffer.alloc(16);
  message.writeUInt32LE(i, 0);
  socket.send(message, Number(port), host);
  if (i % 10 === 9) await sleep(2);
}
await sleep(300);
console.log(JSON.stringify(arrived));
process.exit();
