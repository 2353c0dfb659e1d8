// Asks a DNS server for names by TCP, all by one connection, one after the other. argv: server names... Prints JSON: for each
// name the response code, or `timeout`.
import { once } from 'node:events';
import { connect } from 'node:net';

const [server, ...names] = process.argv.slice(2);
const socket = connect(53, server);
await once(socket, 'connect');
const results = [];
for (const [id, name] of names.entries()) {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]);
  const query = Buffer.from([0, id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, 1, 0, 1]);
  // In two parts, as TCP may deliver it.
  socket.write(Buffer.from([0, query.length, ...query.subarray(0, 5)]));
  setTimeout(() => socket.write(query.subarray(5)), 5);
  results.push(
    await once(socket, 'data', { signal: AbortSignal.timeout(400) }).then(
      ([answer]) => answer[5] & 0xf,
      () => 'timeout',
    ),
  );
}
console.log(JSON.stringify(results));
process.exit();
