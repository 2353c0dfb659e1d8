import { type Coverage, coverage } from './coverage.ts';

const HEAD = `# What is decoded

Of each system call of Linux 6.18 on x86-64, whether its arguments are printed by their meaning. Made by \`npm run decoding\` from the
types of the arguments themselves (\`src/syscalls/signatures\`); a test holds it to them.

- **fully**: every argument has a type of its own; structures, flags and strings are printed as strace prints them.
- **partly**: for some values of the others, or always, an argument is printed as an address or a number, or part of it is left out.
- **as numbers**: only the kinds of the arguments are known (file descriptor, string, number, address).

How they compare with strace's, call by call: \`node scripts/compare-with-strace.mjs -- COMMAND\`. What the kernel's own tracing can't
capture is in [tracing.md](tracing.md); 32-bit calls are described there too.
`;

/** The text of docs/decoding.md. */
export function decodingPage(): string {
  const calls = coverage();
  const of = (level: Coverage['level']): readonly Coverage[] => calls.filter((call) => call.level === level);
  const names = (level: Coverage['level']): string =>
    of(level)
      .map(({ name }) => `\`${name}\``)
      .sort()
      .join(', ');
  const rows = of('partly').map(({ name, gaps }) => `| \`${name}\` | ${gaps.join('; ')} |`);
  const counts = `${calls.length} calls: ${of('fully').length} fully, ${of('partly').length} partly, ${of('as numbers').length} as numbers.`;
  return `${HEAD}
${counts}

## Partly

| call | what is not decoded |
| --- | --- |
${rows.join('\n')}

## As numbers

${names('as numbers')}

## Fully

${names('fully')}
`;
}
