import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { scratch } from './guests.ts';
import { PATIENCE_MS } from './patience.ts';

/** A terminal of its own, with a shell in it, that a test types into and looks at. */
export class Terminal {
  readonly #socket = path.join(scratch(), `tmux-${randomUUID().slice(0, 8)}`);

  constructor(command: string = 'PS1="ready> " exec bash --norc --noprofile -i') {
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', '120', '-y', '50', command);
  }

  /** Names of keys as tmux has them (`C-c`, `Enter`), or text. */
  keys(...keys: readonly string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  line(text: string): void {
    this.#tmux('send-keys', '-l', text);
    this.#tmux('send-keys', 'Enter');
  }

  get screen(): string {
    return this.#tmux('capture-pane', '-p').trimEnd();
  }

  /** Resolves to the screen, when it looks as wanted; rejects with the screen when patience is at its end. */
  async shows(wanted: RegExp): Promise<string> {
    for (const start = performance.now(); performance.now() - start < PATIENCE_MS; ) {
      const { screen } = this;
      if (wanted.test(screen)) return screen;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the terminal never showed ${wanted}:\n${this.screen}`);
  }

  /** The same, and presses a key until then: one that comes before the shell has handed the terminal over is lost. */
  async showsOn(key: string, wanted: RegExp): Promise<string> {
    const pressing = setInterval(() => this.keys(key), 2000);
    this.keys(key);
    try {
      return await this.shows(wanted);
    } finally {
      clearInterval(pressing);
    }
  }

  close(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...args], { encoding: 'utf8' });
  }
}
