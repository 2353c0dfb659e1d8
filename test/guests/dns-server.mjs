// Answers every DNS query for an address with 192.0.2.1, by UDP and by TCP. argv: host, at whose port 53 it listens. Prints the port.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const HEADER = 12;
const [host] = process.argv.slice(2);
const server = createServer((socket) => {
  socket.on('data', (data) => {
    const answer = answerTo(data.subarray(2));
    socket.write(Buffer.concat([Buffer.from([answer.length >> 8, answer.length & 255]), answer]));
  });
  socket.on('error', () => {});
});
const socket = createSocket('udp4');
socket.on('message', (query, from) => socket.send(answerTo(query), from.port, from.address));
server.listen(53, host, () => socket.bind(53, host, () => console.log(53)));

function answerTo(query) {
  const end = query.indexOf(0, HEADER) + 5;
  const answer = Buffer.concat([
    query.subarray(0, end),
    Buffer.from([0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]),
  ]);
  answer.writeUInt16BE(0x8180, 2);
  answer.writeUInt16BE(1, 6);
  answer.writeUInt32BE(0, 8);
  return answer;
}
