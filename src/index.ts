/**
 * The library: `run` a command under a `ChaosConfig`, and read how it took it.
 *
 * @packageDocumentation
 */
export type { PresetName } from './chaos/presets.ts';
export type { ChaosSettings, FaultRule, NetworkConditions } from './chaos/settings.ts';
export {
  ChaosConfig,
  type ExploreOptions,
  explore,
  type FullBuilder as ChaosConfigBuilder,
  type FuzzOptions,
  fuzz,
  type Sweep,
  type SweepOptions,
  sweep,
} from './chaos-full.ts';
export type { CampaignProgress, NotTried } from './model/campaign.ts';
export { RenacerError } from './model/errors.ts';
export { type ExploreResult, ORDER_CLASSES, type OrderClass, type OrderFinding } from './model/explore.ts';
export type {
  Adversity,
  AdversityKind,
  FaultPlace,
  FuzzClass,
  FuzzFinding,
  FuzzLimit,
  FuzzResult,
} from './model/fuzz.ts';
export { OUTCOMES, type Outcome } from './model/outcome.ts';
export type {
  Backends,
  Coordinate,
  CpuUse,
  InjectedFault,
  LimitsUse,
  MemoryUse,
  MissedFault,
  ReplayUse,
  RunResult,
  SignalFate,
  SyscallSummary,
  TimeoutUse,
  TraceSummary,
} from './model/run-result.ts';
export type { StackFrame } from './model/stack-frame.ts';
export {
  CASE_CLASSES,
  type CaseClass,
  type CaseFault,
  FAILING_CLASSES,
  FINDING_CLASSES,
  type SweepCase,
  type SweepFinding,
  type SweepVerdict,
} from './model/sweep.ts';
export type { SweepResult, SweptCase } from './model/sweep-result.ts';
export type { Report } from './report/json-report.ts';
export { toReport } from './report/to-report.ts';
export type { StdioChoice, StdioOption } from './run/command/stdio.ts';
export type { EngineChoice } from './run/engine/engine-plan.ts';
export {
  type AttachOptions,
  attach,
  type PhaseHandle,
  type Run,
  type RunOptions,
  replay,
  run,
  type Watching,
} from './run/library/library.ts';
export type { RunEvent, SyscallEvent } from './run/library/run-event.ts';
