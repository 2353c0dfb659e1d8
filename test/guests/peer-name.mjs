// Tells each connection the port that it comes from, as the server sees it. Prints its own port.
import { createServer } from 'node:net';

const server = createServer((socket) => socket.end(`${socket.remotePort}\n`));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
