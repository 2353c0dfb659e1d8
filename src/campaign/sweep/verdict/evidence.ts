import type { CheckResult, Death, TreeEntry } from '../../../model/sweep.ts';
import type { ComparedRun } from './compared-run.ts';
import type { Damage } from './damage.ts';
import { contentText, type Difference } from './differences.ts';
import { isBinary, printable, textDiff } from './text-diff.ts';
import { type PathState, sizeText } from './tree-state.ts';

/** A finding has room for so many lines of proof. */
const MOST_LINES = 8;
const FRAMES = 4;

/** A diff of each result that differs, as far as there is room. */
export function evidenceOfDifferences(run: ComparedRun, differences: readonly Difference[]): string[] {
  return fitting(
    differences.map((difference) =>
      difference.of === 'text'
        ? [difference.text, ...diffLines(difference.good, difference.now)]
        : fileLines(run, difference),
    ),
  );
}

export function evidenceOfDamage({ good, now }: ComparedRun, damage: readonly Damage[]): string[] {
  return fitting(
    damage.map(({ state, what, copy }) => [
      `${state.path}: ${what === 'changed' ? changeText(state) : `${sizeText(state.before)} before, ${what} now`}`,
      ...otherBytes(good.contents[state.path], now.contents[state.path]),
      ...(copy === undefined ? [] : [`${copy} is left beside it: whether that will do, --verify-always can say`]),
    ]),
  );
}

function changeText({ before, now, good }: PathState): string {
  const [old, fresh, is] = [before, good, now].map(sizeText);
  return old === is && fresh === is
    ? `${is}, but other ones than before, and than after a good run`
    : `${old} before, ${fresh} after a good run, ${is} now`;
}

/** How two files of the same size differ. */
function otherBytes(good: Uint8Array | undefined, now: Uint8Array | undefined): string[] {
  if (!good || good.length === 0 || good.length !== now?.length) return [];
  const first = good.findIndex((byte, at) => byte !== now[at]);
  const count = good.reduce((sum, byte, at) => sum + Number(byte !== now[at]), 0);
  if (first < 0) return [];
  const bytes = count === 1 ? '1 byte differs' : `${count.toLocaleString('en-US')} bytes differ`;
  return [`  ${bytes} from a good run's, from byte ${first.toLocaleString('en-US')} on`];
}

export function evidenceOfDeaths(deaths: readonly Death[]): string[] {
  return fitting(
    deaths.map(({ program, signal, stack }) => [
      `${program}: ${signal}`,
      ...(stack ?? []).slice(0, FRAMES).map(({ file, symbol, address, source }) => {
        const where = symbol ?? `0x${address.toString(16)}`;
        return `  in ${where}${source === undefined ? ` (${file})` : ` at ${source}`}`;
      }),
    ]),
  );
}

/** What a check or a client said last. */
export function evidenceOfCheck(what: string, { status, timedOut, output }: CheckResult): string[] {
  const lines = output.trimEnd().split('\n').filter(Boolean).slice(-4).map(printable);
  return [`${what}: ${timedOut ? 'did not end' : `exit status ${status}`}`, ...lines.map((line) => `  ${line}`)];
}

/** Whole paragraphs first, then as much as there is room for. */
export function fitting(paragraphs: readonly (readonly string[])[]): string[] {
  const lines = paragraphs.flat();
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES - 1), `... (${lines.length - MOST_LINES + 1} lines more)`];
}

function fileLines({ good: usual, now }: ComparedRun, { state, what }: Extract<Difference, { of: 'file' }>): string[] {
  const { path, good, now: entry } = state;
  if (what === 'missing') return [`${path}: ${sizeText(good)} in a good run, missing now`];
  if (what === 'not removed') return [`${path}: a good run removes it`];
  if (what === 'mode') return [`${path}: mode ${octal(entry)} instead of ${octal(good)}`];
  if (what === 'attributes') return [`${path}: ${attributes(entry)} instead of ${attributes(good)}`];
  if (what === 'time') return [`${path}: modified ${time(entry)} instead of ${time(good)}`];
  const texts = [usual.contents[path], now.contents[path]].map(
    (bytes) => bytes && Buffer.from(bytes).toString('latin1'),
  );
  const head = `${path} ${contentText(state)}`;
  const isText = texts.every((text) => text !== undefined && !isBinary(text));
  return isText
    ? [head, ...diffLines(texts[0]!, texts[1]!)]
    : [head, ...otherBytes(usual.contents[path], now.contents[path])];
}

function diffLines(good: string, now: string): readonly string[] {
  return textDiff(good, now, MOST_LINES - 2).map((line) => `  ${line}`);
}

function octal(entry: TreeEntry | undefined): string {
  return (entry?.mode ?? 0).toString(8).padStart(4, '0');
}

/** By their names. */
function attributes(entry: TreeEntry | undefined): string {
  const names = (entry?.xattrs ?? '').split(' ').map((one) => one.replace(/=.*/, ''));
  return names[0] === '' ? 'no extended attributes' : `extended attributes ${names.join(', ')}`;
}

function time(entry: TreeEntry | undefined): string {
  return entry?.mtimeMs === undefined ? 'at another time' : new Date(entry.mtimeMs).toISOString();
}
