/**
 * Makes two traces of one program comparable: strace's and ours. Lines are joined where they were interrupted, sorted by
 * task, and cleared of what differs from run to run: addresses, ids, times, random data. SIGCHLD and the return
 * from its handler are left out: when it comes depends on the speed of others.
 */
export function linesByTask(trace: string): string[][] {
  const tasks = new Map<string, string[]>();
  const begun = new Map<string, string>();
  for (const line of trace.split('\n')) {
    const [, tid, text] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (tid === undefined || text === undefined) continue;
    if (/^--- SIGCHLD|^(<\.\.\. )?rt_sigreturn/.test(text)) continue;
    const lines = tasks.get(tid) ?? [];
    tasks.set(tid, lines);
    const cut = /^(.*?)(?:, )? <unfinished \.\.\.>$/.exec(text);
    const resumed = /^<\.\.\. \w+ resumed>(?:, )?(.*)$/.exec(text);
    if (cut) begun.set(tid, cut[1]!);
    else if (resumed) lines.push(joined(begun.get(tid) ?? '', resumed[1]!));
    else lines.push(text);
  }
  // By number, which is by birth: which one is seen first depends on chance.
  const ids = [...tasks.keys()].sort((a, b) => Number(a) - Number(b));
  return ids.map((tid) => tasks.get(tid)!.map((line) => normalised(line, ids)));
}

/** Older versions of strace put the comma before the cut, newer ones after it. */
function joined(start: string, rest: string): string {
  return start.endsWith('(') || rest.startsWith(')') || start.endsWith(', ') ? start + rest : `${start}, ${rest}`;
}

function normalised(line: string, ids: readonly string[]): string {
  let text = line
    .replace(/\) += /, ') = ')
    .replace(/0x[0-9a-f]{6,}/g, 'ADDRESS')
    .replace(/tv_sec=\d+, tv_(n|u)sec=\d+/g, 'TIME')
    .replace(/(?<=^sysinfo\(.*)=\d+/g, '=N')
    .replace(/loads=\[[\d, ]*\]/, 'loads=[]')
    .replace(/^getppid\(\) = \d+/, 'getppid() = PID')
    .replace(/^getrandom\(".*"/, 'getrandom(RANDOM')
    // strace 6.1 prints the address and the size in hexadecimal, newer ones the structure.
    .replace(/^rseq\((ADDRESS|\{.*\}), (0x20|32),/, 'rseq(AREA, SIZE,');
  for (const id of ids) text = text.replace(new RegExp(`\\b${id}\\b`, 'g'), 'PID');
  return text;
}
