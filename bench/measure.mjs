import { spawnSync } from 'node:child_process';

// Where it is set, each start of Node.js reads those certificates: 47 ms that have nothing to do with us.
delete process.env.NODE_EXTRA_CA_CERTS;

/** Wall time of one run, in milliseconds. */
function wallTime([file, ...args]) {
  const start = process.hrtime.bigint();
  const { status, error, stderr } = spawnSync(file, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  if (error ?? status !== 0) throw new Error(`${file} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return ms;
}

/** CPU time of one run with all that it starts, in milliseconds: on one CPU it is the wall time, less what others take. */
export function cpuTime(command) {
  const script = 'TIMEFORMAT="%U %S"; { time "$@" > /dev/null 2>&1; } 2>&1';
  const { stdout } = spawnSync('bash', ['-c', script, 'bash', ...command], { encoding: 'utf8' });
  const [user, system] = stdout.trim().split(' ').map(Number);
  return (user + system) * 1000;
}

/** The time that dd says it took, in milliseconds: what surrounds it does not count. */
export function timeByDd([file, ...args]) {
  const { stderr } = spawnSync(file, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  const seconds = /copied, ([\d.e-]+) s/.exec(stderr)?.[1];
  if (seconds === undefined) throw new Error(`${file} ${args.join(' ')}: ${stderr}`);
  return Number(seconds) * 1000;
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/**
 * Medians of how long each command takes, of runs that alternate, so that whatever else the machine does meets all of them
 * alike. A first run of each is not counted, unless `warmsUp` is false.
 */
export function medians(commands, how) {
  return alternate(commands, how).map(median);
}

/** How many times longer one command takes than another. */
export function compare(command, reference, how) {
  const [commandMs, referenceMs] = medians([command, reference], how);
  return { commandMs, referenceMs, ratio: commandMs / referenceMs };
}

/** How many ms longer one command takes than another: the median difference of neighbours. */
export function difference(command, reference, how) {
  const [times, referenceTimes] = alternate([command, reference], how);
  return median(times.map((ms, round) => ms - referenceTimes[round]));
}

function alternate(commands, { rounds = 5, time = wallTime, warmsUp = true } = {}) {
  const times = commands.map(() => []);
  for (let round = warmsUp ? 0 : 1; round <= rounds; round++) {
    commands.forEach((command, index) => {
      const ms = time(command);
      if (round > 0) times[index].push(ms);
    });
  }
  return times;
}
