// Sends bytes that do not repeat to an echo server by TCP. argv: host port bytes. Prints JSON: { bytes, whole }: how many came
// back, and whether they are those that were sent, by their SHA-256.
import { createHash } from 'node:crypto';
import { connect } from 'node:net';

const [host, port, size] = process.argv.slice(2);
const data = Buffer.alloc(Number(size));
for (let at = 0; at + 4 <= data.length; at += 4) data.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at);
const hash = createHash('sha256');
let bytes = 0;
const socket = connect({ host, port: Number(port) });
socket.end(data);
for await (const chunk of socket) {
  hash.update(chunk);
  bytes += chunk.length;
}
console.log(JSON.stringify({ bytes, whole: hash.digest('hex') === createHash('sha256').update(data).digest('hex') }));
