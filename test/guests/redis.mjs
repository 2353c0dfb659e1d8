// Runs redis-server at a free port until it is killed itself. Prints the port.
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';

const server = createServer().listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  server.close(() => start(port));
});

function start(port) {
  const options = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  // It must end with this process, however that ends: setpriv asks the kernel for that.
  spawn('setpriv', ['--pdeathsig', 'KILL', 'redis-server', ...options], { stdio: 'ignore', cwd: '/tmp' });
  const knock = () =>
    connect(port, '127.0.0.1')
      .on('connect', () => console.log(port))
      .on('error', () => setTimeout(knock, 50));
  knock();
}
