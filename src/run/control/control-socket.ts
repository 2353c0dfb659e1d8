import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { peerUserOf } from '../../linux/peer-user.ts';
import { RenacerError } from '../../model/errors.ts';
import { atExit } from '../engine/at-exit.ts';
import { answer, MAX_REQUEST_BYTES, type Reply, refused } from './requests.ts';
import type { RunControl } from './run-control.ts';

/** sizeof(sun_path) with its end (unix(7)). */
const MAX_PATH_BYTES = 107;
const OWNER_ONLY = 0o600;
const ROOT = 0;

/** A unix socket by which a run is told what to do while it goes on. Only its owner, and root, may use it; it is gone with the run. */
export class ControlSocket {
  readonly file: string;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  readonly #exitIsFine: () => void;
  #control: RunControl | undefined;

  private constructor(file: string, server: Server) {
    this.file = file;
    this.#server = server;
    this.#exitIsFine = atExit(() => unlinkSync(file));
    server.on('connection', (socket) => this.#serve(socket));
  }

  /** Throws CONTROL_SOCKET. What a killed run has left at this path is replaced. */
  static async open(given: string): Promise<ControlSocket> {
    const file = path.resolve(given);
    if (Buffer.byteLength(file) > MAX_PATH_BYTES) {
      throw unusable(file, `the path of a socket has ${MAX_PATH_BYTES} bytes at most`);
    }
    if (await isStale(file)) unlinkSync(file);
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => {
        reject(unusable(file, cause.code === 'EADDRINUSE' ? 'it is there already' : cause.message, cause));
      });
      server.listen(file, resolve);
    });
    // Whoever was quicker than this is found out by its user.
    chmodSync(file, OWNER_ONLY);
    return new ControlSocket(file, server);
  }

  /** The command runs: from now on it can be told something. */
  serve(control: RunControl): void {
    this.#control = control;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#connections) socket.destroy();
    await closed;
    this.#exitIsFine();
  }

  #serve(socket: Socket): void {
    this.#connections.add(socket);
    socket.on('close', () => this.#connections.delete(socket));
    // Who asked is gone: there is nobody to answer.
    socket.on('error', () => socket.destroy());
    if (!isAllowed(socket)) {
      reply(socket, refused('NOT_ALLOWED', 'this run belongs to somebody else'));
      socket.end();
      return;
    }
    let text = '';
    // Answered one after another, in their order.
    let answered = Promise.resolve();
    socket.setEncoding('utf8');
    socket.on('data', (more: string) => {
      const lines = (text + more).split('\n');
      text = lines.pop()!;
      for (const line of lines) answered = answered.then(async () => reply(socket, await this.#answer(line)));
      if (text.length <= MAX_REQUEST_BYTES) return;
      reply(socket, refused('BAD_REQUEST', `a request has ${MAX_REQUEST_BYTES} bytes at most`));
      socket.destroySoon();
    });
  }

  #answer(line: string): Promise<Reply> {
    if (this.#control) return answer(line, this.#control);
    return Promise.resolve(refused('NOT_STARTED', 'the command has not been started yet'));
  }
}

function reply(socket: Socket, what: Reply): void {
  if (socket.writable) socket.write(`${JSON.stringify(what)}\n`);
}

function isAllowed(socket: Socket): boolean {
  const { fd } = (socket as unknown as { readonly _handle: { readonly fd: number } })._handle;
  const user = peerUserOf(fd);
  return user === ROOT || user === process.geteuid!();
}

/** Whether nobody listens any more at a socket that is there. */
async function isStale(file: string): Promise<boolean> {
  if (lstatSync(file, { throwIfNoEntry: false })?.isSocket() !== true) return false;
  return new Promise((resolve) => {
    const socket = createConnection(file);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
  });
}

function unusable(file: string, why: string, cause?: unknown): RenacerError {
  return new RenacerError('CONTROL_SOCKET', `--control ${file}: ${why}`, {
    hint: 'Name a path where a unix socket can be made, such as /tmp/renacer.sock.',
    cause,
  });
}
