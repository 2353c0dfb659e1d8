// Moves bytes to or from a bulk server over several connections at once. argv: up|down host port bytes connections.
// Prints JSON: { seconds, bytes }, from the connection of all to the end of all.
import { once } from 'node:events';
import { connect } from 'node:net';

const [verb, host, port, bytes, connections] = process.argv.slice(2);
const share = Math.floor(Number(bytes) / Number(connections));
const chunk = Buffer.alloc(1 << 16);
const sockets = [...Array(Number(connections))].map(() => connect(Number(port), host));
await Promise.all(sockets.map((socket) => once(socket, 'connect')));
const start = performance.now();
await Promise.all(sockets.map(verb === 'up' ? upload : download));
console.log(JSON.stringify({ seconds: (performance.now() - start) / 1000, bytes: share * sockets.length }));
process.exit();

async function upload(socket) {
  const answered = once(socket, 'data');
  socket.write(`up ${share}\n`);
  for (let left = share; left > 0; left -= chunk.length) {
    if (!socket.write(chunk.subarray(0, left))) await once(socket, 'drain');
  }
  await answered;
}

async function download(socket) {
  socket.write(`down ${share}\n`);
  let left = share;
  for await (const data of socket) {
    left -= data.length;
    if (left <= 0) return;
  }
}
