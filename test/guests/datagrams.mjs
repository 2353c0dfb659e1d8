// Sends numbered datagrams to an echo server, two hundred at a time: the next ones when the server has seen to those, which it
// tells by answering another socket (asked again if that gets lost), so that no buffer overflows. argv: host port count
// [lost]: with the last word none is waited for. Prints JSON: the numbers that came back, in order of arrival.
import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';

const BATCH = 200;
const PATIENCE_MS = 50;
const BUSY_TIMES = 20;
const [host, port, count, fate] = process.argv.slice(2);
const type = host.includes(':') ? 'udp6' : 'udp4';
const arrived = [];
const socket = createSocket({ type, recvBufferSize: 1 << 20 });
socket.on('message', (message) => arrived.push(message.readUInt32LE(0)));
const pacer = createSocket(type);
let seenTo = 0;
pacer.on('message', (message) => {
  seenTo = message.readUInt32LE(0);
});
for (let i = 0; i < Number(count); i++) {
  if (i > 0 && i % BATCH === 0) await seen(i);
  socket.send(numbered(i), Number(port), host);
}
for (let ms = 0; fate !== 'lost' && arrived.length === 0 && ms < 60_000; ms += 5) await sleep(5);
await silence(300);
console.log(JSON.stringify(arrived));
process.exit();

function numbered(number) {
  const message = Buffer.alloc(16);
  message.writeUInt32LE(number, 0);
  return message;
}

async function seen(number) {
  for (let tries = 0; seenTo < number && tries < 1000; tries++) {
    pacer.send(numbered(number), Number(port), host);
    for (let ms = 0; seenTo < number && ms < PATIENCE_MS; ms++) await sleep(1);
  }
  // A turn of the event loop reads but some of what has arrived.
  await silence(1);
}

/** Until nothing has arrived for so long; where the machine is busy, and sleeping takes longer, a few times as long. */
async function silence(ms) {
  for (let quiet = 0; quiet < 1; ) {
    const [before, start] = [arrived.length, performance.now()];
    await sleep(ms);
    const isLate = performance.now() - start > 1.1 * ms;
    quiet = arrived.length > before ? 0 : quiet + (isLate ? 1 / BUSY_TIMES : 1);
  }
}
