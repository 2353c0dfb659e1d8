// Opens connections, one after the other. argv: host port count. Prints JSON: how long each took, in ms, but for the first,
// for which Node has to load things.
import { once } from 'node:events';
import { connect } from 'node:net';

const [host, port, count] = process.argv.slice(2);
const tookMs = [];
for (let i = 0; i <= Number(count); i++) {
  const start = performance.now();
  const socket = connect({ host, port: Number(port) });
  await once(socket, 'connect');
  tookMs.push(performance.now() - start);
  socket.destroy();
}
console.log(JSON.stringify(tookMs.slice(1)));
process.exit();
