import { spawnSync } from 'node:child_process';
import type { CleanUpUse } from '../model/run-result.ts';
import { type OutsidePlace, runOutside } from './command/outside-command.ts';
import { atExit } from './engine/at-exit.ts';
import type { RunRequest } from './request.ts';

/**
 * The user's own command for what a run leaves outside of Renacer. It is run when the tree is gone, whatever happened: once, and also
 * if this process exits before that.
 */
export class CleanUpCommand {
  readonly #command: string;
  readonly #place: OutsidePlace;
  readonly #exitIsFine: () => void;
  #use: CleanUpUse | undefined;

  constructor(command: string, place: OutsidePlace) {
    this.#command = command;
    this.#place = place;
    this.#exitIsFine = atExit(() => void spawnSync('/bin/sh', ['-c', command], { ...place, detached: true } as object));
  }

  /** Undefined before it has been run. */
  get use(): CleanUpUse | undefined {
    return this.#use;
  }

  async run({ onCheckOutput, onCleanUp }: Pick<RunRequest, 'onCheckOutput' | 'onCleanUp'>): Promise<void> {
    const command = this.#command;
    const end = await runOutside(command, this.#place, { onOutput: onCheckOutput, apart: true });
    this.#exitIsFine();
    this.#use = { command, ...end };
    onCleanUp?.(this.#use);
  }
}
