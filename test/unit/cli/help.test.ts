import { afterEach, describe, expect, it, vi } from 'vitest';
import { fullHelp, topicHelp } from '../../../src/cli/help.ts';
import { TOPICS } from '../../../src/cli/help-topics.ts';
import { makeProgram, nothingGiven } from '../../../src/cli/program.ts';
import { shortHelp } from '../../../src/cli/short-help.ts';
import { OUTCOMES } from '../../../src/model/outcome.ts';

const program = makeProgram(nothingGiven());
const longest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

afterEach(() => void vi.unstubAllEnvs());

describe('--help', () => {
  it('is one screen, with examples, outcomes and topics', () => {
    vi.stubEnv('COLUMNS', '80');
    const text = shortHelp();
    expect(text.split('\n').length).toBeLessThanOrEqual(40);
    expect(longest(text)).toBeLessThanOrEqual(80);
    for (const word of [...OUTCOMES, ...TOPICS.map(({ name }) => name), '--help-all']) expect(text).toContain(word);
  });

  it('wraps at the width of the terminal', () => {
    vi.stubEnv('COLUMNS', '60');
    const lines = shortHelp()
      .split('\n')
      .filter((line) => !line.startsWith(' ') && !line.startsWith('Usage'));
    expect(longest(lines.join('\n'))).toBeLessThanOrEqual(60);
  });
});

it('--help-all has every option that is not hidden, in 80 columns', () => {
  vi.stubEnv('COLUMNS', '80');
  const text = fullHelp(program);
  for (const { flags, hidden, long } of program.options) {
    expect([flags, text.includes(long === '--version' ? long : `  ${flags}`)]).toEqual([flags, !hidden]);
  }
  expect(longest(text)).toBeLessThanOrEqual(80);
});

describe('renacer help', () => {
  it.each(TOPICS.map(({ name }) => name))('%s', (name) => {
    vi.stubEnv('COLUMNS', '80');
    expect(longest(topicHelp(program, [name]))).toBeLessThanOrEqual(80);
  });

  it('without a topic is --help', () => expect(topicHelp(program, [])).toBe(shortHelp()));

  it('refuses what is no topic', () => {
    expect(() => topicHelp(program, ['outcome'])).toThrow('help: "outcome" is no topic; did you mean "outcomes"?');
    expect(() => topicHelp(program, ['chaos', 'x'])).toThrow('help: "chaos x" is no topic');
  });
});
