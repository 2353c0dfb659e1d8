import { compileGlob } from '../../../faults/glob.ts';
import type { Compared } from '../../../model/fault-campaign-request.ts';
import type { CheckResult, Observation, StruckProcess, SweepVerdict, TreeChange } from '../../../model/sweep.ts';
import type { CleanResults } from '../clean-results.ts';
import { judgeAbnormalEnd } from './abnormal-end.ts';
import { type ComparedRun, endText, hasSpoken, hasSucceeded, isBrokenPipe, lastWords } from './compared-run.ts';
import { type Damage, damageOf, damageText } from './damage.ts';
import { type Difference, differencesOf, differencesText } from './differences.ts';
import { evidenceOfCheck, evidenceOfDamage, evidenceOfDifferences, fitting } from './evidence.ts';
import type { JudgedCase } from './judged-case.ts';
import { notesOn } from './leftovers.ts';
import { type Said, said } from './said.ts';
import { pathStates } from './tree-state.ts';

export interface JudgeOptions {
  readonly compare: readonly Compared[];
  /** Globs of files that must survive any failure. Undefined: each file that was there. */
  readonly protect: readonly string[] | undefined;
}

export type Judge = (observation: Observation, judged: JudgedCase) => SweepVerdict;

/**
 * Says how a run took its fault: a pure function of good results and what was seen. How it ended comes before what that did to files: a process
 * that crashed and left half a file has crashed.
 *
 * @example
 * const judge = judgeOf(clean, { compare: ['stdout', 'files'], protect: undefined });
 * judge(observation, judgedCase(of)).class // 'tolerated'
 */
export function judgeOf(clean: CleanResults, { compare, protect }: JudgeOptions): Judge {
  const globs = protect?.map(compileGlob);
  const isProtected = globs && ((path: string): boolean => globs.some((matches) => matches(path)));
  const goodChanges = changesOf(clean, clean.observation);
  return (now, judged) => {
    const states = pathStates(goodChanges, changesOf(clean, now));
    const run: ComparedRun = { clean, good: clean.observation, now, states };
    // Where an invariant is told, and holds, that is the measure: not what a file that nobody has named looks like.
    const isSound = !isProtected && now.verifyAlways?.passed === true;
    const damage = (): readonly Damage[] => (isSound ? [] : damageOf(states, isProtected));
    // What it leaves behind is no fault of a program that was killed.
    if (judged.kills) return { ...judgeKilled(run, damage()), notes: [] };
    const abnormal = judgeAbnormalEnd(run);
    const verdict = abnormal
      ? { ...abnormal, evidence: fitting([abnormal.evidence, evidenceOfDamage(run, damage())]) }
      : hasSucceeded(run)
        ? judgeSuccess(run, differencesOf(run, compare))
        : judgeFailure(run, damage(), judged);
    return { ...verdict, notes: notesOn(run) };
  };
}

function changesOf({ mask }: CleanResults, { changes, changesOutside }: Observation): readonly TreeChange[] {
  return mask.changes([...changes, ...changesOutside]);
}

/** Crash consistency. */
function judgeKilled(run: ComparedRun, damage: readonly Damage[]): Said {
  return judgeDamage('killed', run, damage) ?? said('tolerated', 'killed, and what it had to keep is there');
}

function judgeSuccess(run: ComparedRun, differences: readonly Difference[]): Said {
  const end = run.now.served ? 'its client was served' : 'exit status 0';
  const proof = [evidenceOfDifferences(run, differences), lastWords(run)];
  const checks = { '--verify': run.now.verify, '--verify-always': run.now.verifyAlways };
  const [failed] = Object.entries(checks).filter(([, check]) => check?.passed === false);
  if (failed) {
    const [name, check] = failed as [string, CheckResult];
    const evidence = fitting([evidenceOfCheck(name, check), ...proof]);
    return said('corrupted', `${end}, but ${checkText(name, check)}`, evidence);
  }
  if (differences.length > 0) {
    const told = childThatTold(run);
    if (told) return said('graceful', `${end}, but ${told.program} has failed and said so`, fitting(proof));
    return said('corrupted', `${end}, but ${differencesText(differences)}`, fitting(proof));
  }
  return said('tolerated', `${end}, and the results of a good run`);
}

/**
 * A child that met the fault, and told its parent: it failed and said so on stderr, or it is one of which that says all (126 and 127: a command could not be
 * executed; SIGPIPE: nobody reads what it writes). It was right, and so is who has started it if that is what it was told to do, as a shell is
 * in `sort list | uniq`. Whether such a result will do is for a check to say. Of several that a lasting fault met, one is enough: what each of the
 * others does with it is seen where it meets it alone.
 */
function childThatTold(run: ComparedRun): StruckProcess | undefined {
  const { struck, served } = run.now;
  if (served || struck.some(({ isRoot }) => isRoot)) return undefined;
  const hasWords = lastWords(run).length > 0;
  return struck.find(({ status }) => status !== 0 && (hasWords || isTelling(status)));
}

/** Crashes are told before: what is left of deaths by signals is SIGPIPE, or what another process has sent. */
function isTelling(status: number | undefined): boolean {
  return status === undefined || status === 126 || status === 127;
}

function judgeFailure(run: ComparedRun, damage: readonly Damage[], judged: JudgedCase): Said {
  const end = failureText(run.now);
  return (
    judgeDamage(end, run, damage) ??
    judgeService(run, judged) ??
    (hasSpoken(run) ? said('graceful', `${end}, with a message`, lastWords(run)) : judgeWordless(end, run, judged))
  );
}

/** A failure is an answer. That it goes on without serving, or ends as if it had, is none. */
function judgeService(run: ComparedRun, { lasts }: JudgedCase): Said | undefined {
  const { served, end } = run.now;
  if (!served) return undefined;
  const { client, again, endedEarly } = served;
  if (endedEarly) {
    const pretends = end.kind === 'exited' && end.status === 0;
    return pretends ? said('corrupted', 'exit status 0, but it has not served', lastWords(run)) : undefined;
  }
  if (!client || !again || lasts) return undefined;
  const proof = fitting([evidenceOfCheck('client', again), lastWords(run)]);
  if (!again.passed) return said('hung', 'it serves nothing any more', proof);
  return client.timedOut ? said('hung', 'a client got no answer, and the next one did', proof) : undefined;
}

function judgeWordless(end: string, run: ComparedRun, { mutes }: JudgedCase): Said {
  if (mutes) return said('graceful', `${end}; the fault may have kept it from saying why`);
  if (isBrokenPipe(run)) return said('graceful', `${end}: nobody reads what it writes`);
  return said('silent', `${end}, without a word`);
}

function judgeDamage(end: string, run: ComparedRun, damage: readonly Damage[]): Said | undefined {
  const invariant = run.now.verifyAlways;
  if (invariant?.passed === false) {
    const proof = [evidenceOfCheck('--verify-always', invariant), evidenceOfDamage(run, damage), lastWords(run)];
    return said('damaged', `${end}, and ${checkText('--verify-always', invariant)}`, fitting(proof));
  }
  if (damage.length === 0) return undefined;
  return said('damaged', `${end}, and ${damageText(damage)}`, fitting([evidenceOfDamage(run, damage), lastWords(run)]));
}

function checkText(name: string, { timedOut }: CheckResult): string {
  return `${name} ${timedOut ? 'does not end' : 'fails'}`;
}

function failureText(now: Observation): string {
  const { served } = now;
  if (!served || served.endedEarly) return endText(now);
  if (!served.ready) return 'it was never ready';
  return served.client?.passed === true ? endText(now) : 'its client was not served';
}
