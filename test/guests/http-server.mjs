// Answers every request at a free port. Prints the port.
import { createServer } from 'node:http';

const server = createServer((_, response) => response.end('hello'));
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
