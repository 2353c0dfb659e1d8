import { checkConfig } from '../../chaos/config-file.ts';
import { toFileForm } from '../../chaos/file-form.ts';
import type { ChaosSettings } from '../../chaos/settings.ts';
import type { RecordedJudgement, Recording } from '../../faults/replay-file.ts';
import type { RunRequest } from '../request.ts';

/** The options that limit a run, or say what happens when in it, and decide with that what becomes of it. */
const LIMITS = [
  'memoryLimit',
  'memoryFailure',
  'cpuLimit',
  'timeoutMs',
  'killAfterMs',
  'hangAfterMs',
  'steadyState',
  'phases',
  'abortOn',
  'cleanup',
] as const;

/** What a recording says of the judgement of its run. `timeoutMs`: the deadline that it had, by default or not. */
export function recordedJudgement(
  { verify, verifyAlways, expect }: Pick<RunRequest, 'verify' | 'verifyAlways' | 'expect'>,
  settings: ChaosSettings,
  timeoutMs: number | undefined,
): RecordedJudgement {
  const limits = limitsOf({ ...settings, ...(timeoutMs !== undefined && { timeoutMs }) });
  return { limits: toFileForm(limits), verify, verifyAlways, expect };
}

/** The settings of a replay, with those limits of the recording that are not set otherwise. Throws CONFIG_INVALID. */
export function withRecordedLimits(settings: ChaosSettings, { name, limits }: Recording): ChaosSettings {
  return { ...limitsOf(checkConfig(limits ?? {}, `${name}:1: limits`)), ...settings };
}

function limitsOf(settings: ChaosSettings): ChaosSettings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => (LIMITS as readonly string[]).includes(name)));
}
