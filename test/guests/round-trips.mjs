// Round trips to an echo server, one after the other. argv: tcp|udp host port count. Prints JSON:
// { connectMs, tripsMs, error }: what was measured until the end or the error.
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';

const [protocol, host, port, count] = process.argv.slice(2);
const tripsMs = [];
let connectMs;
let sentAt;

function finish(error) {
  // A long text is not written at once.
  process.stdout.write(`${JSON.stringify({ connectMs, tripsMs, error })}\n`, () => process.exit());
}

function received(send) {
  tripsMs.push(performance.now() - sentAt);
  if (tripsMs.length >= Number(count)) finish();
  else send();
}

if (protocol === 'tcp') {
  const start = performance.now();
  const socket = connect({ host, port: Number(port), noDelay: true });
  const send = () => {
    sentAt = performance.now();
    socket.write('x');
  };
  socket.on('connect', () => {
    connectMs = performance.now() - start;
    send();
  });
  socket.on('data', () => received(send));
  socket.on('error', (error) => finish(error.code));
  socket.on('end', () => finish('end'));
} else {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  const send = () => {
    sentAt = performance.now();
    socket.send('x', Number(port), host);
  };
  socket.on('message', () => received(send));
  send();
}
