// Serves bulk transfers at a free port. A connection begins with a line: `up BYTES` is answered by `.` when all of them have
// arrived, `down BYTES` by that many bytes. argv: [host]. Prints the port.
import { createServer } from 'node:net';

const CHUNK = Buffer.alloc(1 << 16);
const server = createServer((socket) => {
  let left;
  socket.on('error', () => {});
  socket.on('data', (data) => {
    if (left === undefined) {
      const end = data.indexOf('\n');
      const [verb, bytes] = data.toString('latin1', 0, end).split(' ');
      left = Number(bytes);
      if (verb === 'down') return push(socket, left);
      data = data.subarray(end + 1);
    }
    left -= data.length;
    if (left <= 0) socket.write('.');
  });
});
server.listen(0, process.argv[2] ?? '127.0.0.1', () => console.log(server.address().port));

function push(socket, left) {
  while (left > 0) {
    const chunk = CHUNK.subarray(0, left);
    left -= chunk.length;
    if (!socket.write(chunk)) {
      socket.once('drain', () => push(socket, left));
      return;
    }
  }
}
