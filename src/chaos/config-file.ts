import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as JsoncParser from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import { RenacerError } from '../model/errors.ts';
import { meaningProblems } from './config-meaning.ts';
import { at } from './dotted-keys.ts';
import { type FileForm, fromFileForm } from './file-form.ts';
import { OPTION_NAMES, OPTIONS, optionOf } from './options.ts';
import { describeIssue, type Path, type Problem, shorten, showValue } from './problems.ts';
import { foreignKey, isPhase } from './scenario/foreign-keys.ts';
import { scenarioProblems } from './scenario/problems.ts';
import { chaosSchemas } from './schema.ts';
import type { ChaosSettings } from './settings.ts';

/** Loaded at the first use: a run without a file has none. */
const jsonc = (): typeof JsoncParser => createRequire(import.meta.url)('jsonc-parser');

/** More than any configuration has; what is larger is another file. */
const MAX_FILE_BYTES = 1024 ** 2;

/** Settings from a configuration file. Errors: CONFIG_UNREADABLE, CONFIG_SYNTAX, CONFIG_INVALID. */
export function readConfigFile(path: string): ChaosSettings {
  return parseConfig(readText(path), path);
}

/** Settings from the text of a configuration; `source` is what errors call it. */
export function parseConfig(text: string, source = 'config'): ChaosSettings {
  const tree = parseSyntax(text, source);
  const value: unknown = JSON.parse(text);
  const place = (offset: number) => `${source}:${lineAndColumn(text, offset)}`;
  const show = (path: Path) => {
    const node = jsonc().findNodeAtLocation(tree, [...path]);
    return node ? shorten(text.slice(node.offset, node.offset + node.length)) : showValue(valueAt(value, path));
  };
  // What a key means that is given twice is not clear, nor is any other problem with it.
  const duplicates = duplicateKeys(tree, (offset) => lineAndColumn(text, offset));
  const found = () =>
    findProblems(value, show).map((problem) => ({ offset: offsetOf(tree, problem), text: problem.text }));
  const lines = (duplicates.length > 0 ? duplicates : found())
    .sort((a, b) => a.offset - b.offset)
    .map((problem) => `${place(problem.offset)}: ${problem.text}`);
  return accept(value, lines);
}

/** Settings from an object in the form of the file; a `part` may name phases and probes that are in another one. */
export function checkConfig(value: unknown, source = 'config', scope: 'whole' | 'part' = 'whole'): ChaosSettings {
  const lines = findProblems(value, (path) => showValue(valueAt(value, path)), scope).map(
    ({ text }) => `${source}: ${text}`,
  );
  return accept(value, lines);
}

function accept(value: unknown, problems: readonly string[]): ChaosSettings {
  if (problems.length > 0) {
    throw new RenacerError('CONFIG_INVALID', problems.join('\n'), { hint: 'See renacer help chaos for every key.' });
  }
  return fromFileForm(value as FileForm);
}

function readText(path: string): string {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new RenacerError('CONFIG_UNREADABLE', `${path}: ${reason}`, {
      hint: 'give a JSON file: --chaos custom:FILE.json',
      cause,
    });
  };
  if (path === '') throw new RenacerError('CONFIG_UNREADABLE', 'the name of the configuration file is missing');
  let bytes: Buffer;
  try {
    bytes = readBytes(path, refuse);
  } catch (error) {
    if (error instanceof RenacerError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    return refuse(code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'permission denied' : message, error);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new RenacerError('CONFIG_SYNTAX', `${path}: the file is not UTF-8 text`, { cause: error });
  }
}

/** The file is looked at once it is open, so that what was looked at is what is read. Pipes, as of `<(...)`, will do. */
function readBytes(path: string, refuse: (reason: string) => never): Buffer {
  const fd = openSync(path, 'r');
  try {
    const stat = fstatSync(fd);
    if (stat.isDirectory()) return refuse('is a directory');
    if (!stat.isFile() && !stat.isFIFO()) return refuse('is not a file');
    if (stat.size > MAX_FILE_BYTES) return refuse(`is larger than a configuration can be (${MAX_FILE_BYTES} bytes)`);
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

const MAX_DEPTH = 32;

const SYNTAX_PROBLEMS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this is not JSON',
  InvalidNumberFormat: 'this is not a number in JSON',
  PropertyNameExpected: 'a key in double quotes is expected here',
  ValueExpected: 'a value is expected here',
  ColonExpected: 'a colon is expected here',
  CommaExpected: 'a comma is expected here',
  CloseBraceExpected: 'a closing brace } is expected here',
  CloseBracketExpected: 'a closing bracket ] is expected here',
  EndOfFileExpected: 'the end of the file is expected here',
  InvalidCommentToken: 'comments are not allowed in JSON',
  UnexpectedEndOfComment: 'comments are not allowed in JSON',
  UnexpectedEndOfString: 'the string does not end',
  UnexpectedEndOfNumber: 'the number does not end',
  InvalidUnicode: 'this is not a valid \\u escape',
  InvalidEscapeCharacter: 'this is not a valid JSON escape',
  InvalidCharacter: 'this character must be escaped',
};

function parseSyntax(text: string, source: string): Node {
  const refuse = (offset: number, problem: string): never => {
    throw new RenacerError('CONFIG_SYNTAX', `${source}:${lineAndColumn(text, offset)}: ${problem}`);
  };
  if (text.startsWith('\uFEFF')) refuse(0, 'the file begins with a byte order mark; save it as UTF-8 without one');
  if (text.trim() === '') refuse(0, 'the file is empty; allowed: a JSON object, at least {}');
  const deep = tooDeepAt(text);
  if (deep !== undefined) refuse(deep, `the values are nested more than ${MAX_DEPTH} deep`);
  const errors: ParseError[] = [];
  const tree = jsonc().parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const first = errors[0];
  if (first) {
    const token = shorten(text.slice(first.offset, first.offset + first.length));
    const comma = trailingComma(text, first.offset);
    if (comma !== undefined) refuse(comma, 'a trailing comma is not allowed in JSON: remove it');
    const problem = SYNTAX_PROBLEMS[jsonc().printParseErrorCode(first.error)] ?? 'this is not JSON';
    refuse(first.offset, token === '' ? problem : `${problem}: ${token}`);
  }
  try {
    JSON.parse(text);
  } catch (error) {
    refuse(0, `this is not JSON: ${(error as Error).message}`);
  }
  return tree!;
}

/** Where a comma stands that nothing follows but the end of its object or list. */
function trailingComma(text: string, offset: number): number | undefined {
  const before = text.slice(0, offset).trimEnd();
  return before.endsWith(',') && /^\s*[}\]]/.test(text.slice(offset)) ? before.length - 1 : undefined;
}

/** Where the nesting exceeds what a configuration can have: the parsers are recursive, and the text is anyone's. */
function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  let inString = false;
  for (let offset = 0; offset < text.length; offset++) {
    const char = text[offset]!;
    if (inString && char === '\\') offset += 1;
    else if (char === '"') inString = !inString;
    else if (!inString && (char === '{' || char === '[')) depth += 1;
    else if (!inString && (char === '}' || char === ']')) depth -= 1;
    if (depth > MAX_DEPTH) return offset;
  }
  return undefined;
}

function findProblems(value: unknown, show: (path: Path) => string, scope: 'whole' | 'part' = 'whole'): Problem[] {
  const result = chaosSchemas().file.safeParse(value);
  const issues = result.error?.issues ?? [];
  const ofForm = issues.flatMap((issue) => {
    const path = issue.path.filter((step) => typeof step !== 'symbol');
    if (issue.code !== 'unrecognized_keys' || !isPhase(path)) {
      return describeIssue(issue, (inner) => valueAt(value, inner), show);
    }
    return issue.keys.map((key) => foreignKey([...path, key], issue.message.split(', '), show([...path, key])));
  });
  const found = [
    ...ofForm,
    ...keysGivenTwice(value),
    ...meaningProblems(
      value,
      (path) => !ofForm.some((problem) => isWithin(problem.path, path) || isWithin(path, problem.path)),
    ),
  ];
  return found.length > 0 || scope === 'part' ? found : scenarioProblems(fromFileForm(value as FileForm));
}

function isWithin(inner: Path, outer: Path): boolean {
  return outer.every((step, index) => inner[index] === step);
}

/** The same thing in both of its keys: with a unit in its name, and as text. */
function keysGivenTwice(value: unknown, prefix: Path = []): Problem[] {
  if (typeof value !== 'object' || value === null) return [];
  const found: Problem[] = OPTION_NAMES.map(optionOf)
    .filter(({ key, textKey }) => textKey !== undefined && Object.hasOwn(value, key) && Object.hasOwn(value, textKey))
    .map(({ key, textKey }) => ({
      path: [...prefix, textKey!],
      pointsAt: 'key',
      text: `${textKey} and ${key} set the same option; give one of them`,
    }));
  const inner = [OPTIONS.networkRules.key, OPTIONS.phases.key].flatMap((key) => {
    const list = at(value, key);
    return Array.isArray(list) ? list.flatMap((one, index) => keysGivenTwice(one, [...prefix, key, index])) : [];
  });
  return [...found, ...inner];
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step) ? (inner as FileForm)[step] : undefined,
    value,
  );
}

function duplicateKeys(node: Node, place: (offset: number) => string): { offset: number; text: string }[] {
  const children = node.children ?? [];
  const found = children.flatMap((child) => duplicateKeys(child, place));
  if (node.type !== 'object') return found;
  const first = new Map<string, number>();
  for (const { offset, children: [key] = [] } of children) {
    const earlier = first.get(key?.value);
    if (earlier === undefined) first.set(key?.value, offset);
    else
      found.push({ offset, text: `duplicate key ${JSON.stringify(key?.value)}, given at ${place(earlier)} already` });
  }
  return found;
}

/** Where the problem is in the text; what is missing is looked for where it should be. */
function offsetOf(tree: Node, { path, pointsAt }: Problem): number {
  const node = jsonc().findNodeAtLocation(tree, [...path]);
  if (node) return pointsAt === 'key' && node.parent?.type === 'property' ? node.parent.offset : node.offset;
  return path.length === 0 ? tree.offset : offsetOf(tree, { path: path.slice(0, -1), pointsAt: 'value', text: '' });
}

/** Both count from 1, columns in UTF-16 units as editors do. */
function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const lines = before.split(/\r\n|\r|\n/);
  return `${lines.length}:${lines.at(-1)!.length + 1}`;
}
