import type { Socket } from 'node:net';
import { type HttpAnswer, type Judged, unanswered, unasked } from '../../chaos/scenario/probes/answers.ts';
import { http, net } from '../../linux/late-modules.ts';
import { type NamespaceFds, socketsIn } from '../../linux/namespaces.ts';
import { AF_INET, AF_INET6, SOCK_NONBLOCK, SOCK_STREAM } from '../../linux/sockets.ts';

/** Of an answer so much is read; the rest is not looked at. */
const MAX_BODY = 1024 ** 2;
const HTTP_PORT = 80;

/** What keeps a question from being asked, as distinct from one that nobody answers. */
const NOT_ASKED: readonly string[] = [
  'EACCES',
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'ENOTFOUND',
  'EPERM',
];

/** Connections to a service, as its clients make them: in the network that the service is in. */
export class Connections {
  readonly #namespaces: () => NamespaceFds | undefined;

  /** `namespaces`: those of the command, if it has a network of its own. */
  constructor(namespaces: () => NamespaceFds | undefined) {
    this.#namespaces = namespaces;
  }

  /** Whether somebody accepts a connection at `HOST:PORT`, or `:PORT` of this machine. */
  connect(address: string, end: AbortSignal): Promise<Judged> {
    const [, host, port] = /^(.*):(\d+)$/.exec(address)!;
    return new Promise((resolve) => {
      const socket = this.#open(Number(port), host || '127.0.0.1');
      const answered = (judged: Judged): void => {
        socket.destroy();
        resolve(judged);
      };
      end.addEventListener('abort', () => answered(unanswered(String(end.reason))), { once: true });
      socket.once('connect', () => answered({ ok: true, said: 'connected' }));
      socket.on('error', (error) => answered(notAnswered(error)));
    });
  }

  /** GET, on a connection of its own. */
  get(url: string, end: AbortSignal): Promise<HttpAnswer | Judged> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve) => {
      const createConnection = (): Socket => this.#open(Number(port || HTTP_PORT), hostname);
      const request = http().get(url, { createConnection });
      const answered = (answer: HttpAnswer | Judged): void => {
        request.destroy();
        resolve(answer);
      };
      end.addEventListener('abort', () => answered(unanswered(String(end.reason))), { once: true });
      request.on('error', (error) => answered(notAnswered(error)));
      request.on('response', (response) => {
        const status = response.statusCode!;
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          body += text;
          if (body.length >= MAX_BODY) answered({ status, body });
        });
        response.on('end', () => answered({ status, body }));
        response.on('error', (error) => answered(notAnswered(error)));
      });
    });
  }

  #open(port: number, given: string): Socket {
    const host = given.replace(/^\[(.*)\]$/, '$1');
    const { Socket, isIPv6 } = net();
    const namespaces = this.#namespaces();
    if (!namespaces) return new Socket().connect(port, host);
    const fd = socketsIn(namespaces)(isIPv6(host) ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    return new Socket({ fd }).connect(port, host);
  }
}

function notAnswered({ code = '', message }: NodeJS.ErrnoException): Judged {
  return NOT_ASKED.includes(code) ? unasked(message) : unanswered(message);
}
