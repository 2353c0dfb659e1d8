import type { CaseClass, SweepFinding } from '../../src/model/sweep.ts';
import type { SweepRequest } from '../../src/model/sweep-request.ts';

export interface KnownDefect {
  readonly class: CaseClass;
  readonly syscall: string;
  readonly error: string;
  readonly what: string;
}

export interface KnownCase {
  readonly id: string;
  readonly package: string;
  readonly command: readonly string[];
  readonly defects: readonly KnownDefect[];
}

export const CASES: readonly KnownCase[];
export function requestOf(of: KnownCase, directory: string): SweepRequest;
export function shows(finding: SweepFinding, defect: KnownDefect): boolean;
