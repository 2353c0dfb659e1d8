import type { PrintOptions } from '../syscalls/argument-type.ts';
import type { Precision, TimestampStyle } from './timestamps.ts';

export interface StraceTextOptions extends PrintOptions {
  /** Takes whole lines, and now and then the beginning of one. */
  write(text: string): void;
  /** Takes what is told of tasks in Renacer's own name, whole lines; {@link write} by default. */
  tell?(text: string): void;
  /** That name. */
  readonly program?: string | undefined;
  /** True under `-f`. */
  readonly followed: boolean;
  /** True if the lines go to a file (`-o`): then the prefix is `123 `, and stands on every line under `-f`. */
  readonly toFile: boolean;
  /** The id of the task before every line, in the form of a file: `--always-show-pid`. */
  readonly alwaysPid?: boolean | undefined;
  /** In colours, for a terminal. */
  readonly painted?: boolean | undefined;
  /** The column of the equals sign; strace's is 40. */
  readonly column?: number | undefined;
  /** Times before each line. */
  readonly timestamps?: TimestampStyle | undefined;
  /** The time that each call took, behind it. */
  readonly callTimes?: Precision | undefined;
  /** The number of the call before it. */
  readonly numbers?: boolean | undefined;
  /** The address of the code that made the call, before it. */
  readonly instructionPointers?: boolean | undefined;
  /** The signals that are told of, and whose ends of tasks. */
  readonly signals?: ((signal: number) => boolean) | undefined;
  /** What is not told. */
  readonly quiet?: ReadonlySet<QuietMessage> | undefined;
}

/** That a task is traced from now on, how it ended, that execve took over a leader's id; which table a task calls by. */
export type QuietMessage = 'attach' | 'exit' | 'thread-execve' | 'personality' | 'path-resolution';
