import { closeFd, makePipe, writeByte } from './fds.ts';

/**
 * What a process that is to be executed waits for: a byte, through a pipe whose ends execve closes. If we die, no byte comes. It serves one
 * process after another, as long as each takes its byte.
 */
export class StartGate {
  /** Where the process reads its byte. */
  readonly entrance: number;
  /** The other end, which the process must not have. */
  readonly key: number;

  /** Throws as pipe2(2). */
  constructor() {
    [this.entrance, this.key] = makePipe();
  }

  open(byte: number): void {
    writeByte(this.key, byte);
  }

  close(): void {
    closeFd(this.entrance);
    closeFd(this.key);
  }
}
