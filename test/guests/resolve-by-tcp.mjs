// Asks a DNS server for names by TCP, one after the other, each by a connection of its own. argv: server names...
// Prints JSON: for each name `ok`, or how it failed.
import { connect } from 'node:net';

const [server, ...names] = process.argv.slice(2);
const results = [];
for (const name of names) results.push(await resolve(name));
console.log(JSON.stringify(results));

function resolve(name) {
  const labels = name.split('.').flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
  const header = Buffer.from('abcd01000001000000000000', 'hex');
  const query = Buffer.concat([header, ...labels, Buffer.from([0, 0, 1, 0, 1])]);
  const socket = connect(53, server, () => socket.write(Buffer.concat([Buffer.from([0, query.length]), query])));
  return new Promise((resolve) => {
    socket.on('data', (data) => {
      resolve((data[5] & 15) === 0 ? 'ok' : 'ESERVFAIL');
      socket.end();
    });
    socket.on('error', ({ code }) => resolve(code));
    socket.on('close', () => resolve('closed'));
  });
}
