import { type Coverage, coverage } from './coverage.ts';

const HEAD = `# What is decoded

Of each system call of Linux 6.18 on x86-64, whether its arguments are printed by their meaning. Made by \`npm run decoding\` from the
types of the arguments themselves (\`src/syscalls/signatures\`); a test holds it to them.

- **fully**: every argument has a type of its own; structures, flags and strings are printed as strace prints them.
- **partly**: for some values of the others, or always, an argument is printed as an address or a number, or part of it is left out.
- **as numbers**: only the kinds of the arguments are known (file descriptor, string, number, address).

Of a word of 64 bits as much is shown as the kernel reads: of an int its 32 bits, of a long all, whether it makes sense or not.

What the kernel's own tracing can't capture is in [tracing.md](tracing.md); 32-bit calls are described there too.

## Beside strace

\`node scripts/compare-with-strace.mjs -- COMMAND\` runs a command under both, and shows the calls whose text differs.
\`node scripts/run-strace-tests.mjs\` runs the tests that strace has of its decoders. Strace 7.2 has 1,496 tests, of which it passes 1,312
itself on a machine with Linux 6.18; Renacer passed 457 of them to the last character in November 2026. A call that is tested in each form
of \`-X\` counts four times. What the others want:

- Most structures of ioctl requests, and many families of netlink, have no decoder; prctl options of other architectures have no names.
- Bytes of a structure beyond those that are known are not shown.
- Names that came after Linux 6.18 are numbers.
- Of netlink, the headers of messages are decoded; their types are named where all protocols have them, and the rest is bytes.
- Interfaces are numbers (\`ifr_ifindex=2\`), not \`if_nametoindex("eth0")\`.
- Programs of eBPF, and structures of tracers (PTRACE_GETREGS, PTRACE_GET_SYSCALL_INFO), stay addresses.
- \`TCP_INFO\` and the timeouts of sockets are decoded here, and bytes there.
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
  const items = of('partly').map(({ name, gaps }) => `- \`${name}\`: ${gaps.join('; ')}`);
  const counts = `${calls.length} calls: ${of('fully').length} fully, ${of('partly').length} partly, ${of('as numbers').length} as numbers.`;
  return `${HEAD}
${counts}

## Partly

What is not decoded of them:

${items.join('\n')}

## As numbers

${names('as numbers')}

## Fully

${names('fully')}
`;
}
