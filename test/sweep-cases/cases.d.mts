import type { CaseClass, SweepFinding } from '../../src/model/sweep.ts';
import type { SweepRequest } from '../../src/model/sweep-request.ts';

export interface KnownDefect {
  readonly class: CaseClass;
  readonly syscall: string;
  readonly error: string;
  readonly what: string;
}

export interface PreparedCommand {
  readonly id: string;
  readonly command: readonly string[];
  /** A shell script that makes the directory in which it runs. */
  readonly setup: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface KnownCase extends PreparedCommand {
  readonly package: string;
  readonly defects: readonly KnownDefect[];
}

export const CASES: readonly KnownCase[];
export function requestOf(of: PreparedCommand, directory: string): SweepRequest;
export function shows(finding: SweepFinding, defect: KnownDefect): boolean;
