// Echoes what it gets, by TCP and by UDP at the same free port. argv: [host]. Prints the port, then how connections ended.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const host = process.argv[2] ?? '127.0.0.1';
const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', (error) => console.log(error.code));
  socket.on('end', () => console.log('end'));
  socket.pipe(socket);
});
server.listen(0, host, () => {
  const { port } = server.address();
  const datagrams = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 1 << 20 });
  datagrams.on('message', (message, from) => datagrams.send(message, from.port, from.address));
  datagrams.bind(port, host, () => console.log(port));
});
