import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createConnection } from 'node:net';
import { RenacerError } from '../model/errors.ts';
import { REQUESTS, type Reply } from '../run/control/requests.ts';
import { writeToStderr, writeToStdout } from './messages.ts';
import { programName } from './program-name.ts';

const USAGE = `Usage: renacer ctl FILE|PID begin PHASE
       renacer ctl FILE|PID end PHASE
       renacer ctl FILE|PID status

Tells a run what to do while it goes on. FILE is the socket that the run was given (renacer --control FILE ...), PID the
process id of that renacer. begin and end return when the phase is on, or over. status prints JSON. The exit status is
0, or 1 if the run refuses, or 125 if there is no such run.
`;
const REFUSED = 1;

/** `renacer ctl`; resolves to the exit code. */
export async function ctl(argv: readonly string[]): Promise<number> {
  if (argv[0] === '-h' || argv[0] === '--help') {
    writeToStdout(USAGE);
    return 0;
  }
  const [place, ...words] = argv;
  if (place === undefined || words.length === 0) {
    throw new RenacerError(
      'USAGE',
      `ctl: which run, and what it is to do, was not given; allowed: ${REQUESTS.join(', ')}`,
      {
        hint: 'For example: renacer ctl /tmp/renacer.sock begin slow',
      },
    );
  }
  const reply = await ask(/^\d+$/.test(place) ? socketOf(Number(place)) : place, words.join(' '));
  if (!reply.ok) {
    writeToStderr(`${programName()}: ${reply.message}\n`);
    return REFUSED;
  }
  if (reply.status) writeToStdout(`${JSON.stringify(reply.status, null, 2)}\n`);
  return 0;
}

function ask(file: string, line: string): Promise<Reply> {
  refuseOthers(file);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = createConnection(file);
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${line.replaceAll('\n', ' ')}\n`));
    socket.on('data', (more: string) => {
      text += more;
      if (!text.includes('\n')) return;
      socket.destroy();
      resolve(JSON.parse(text) as Reply);
    });
    socket.on('error', (cause) => reject(noRun(file, cause.message, cause)));
    socket.on('end', () => reject(noRun(file, 'the run has ended')));
  });
}

/** What belongs to somebody else may be there to be mistaken for ours. */
function refuseOthers(file: string): void {
  const owner = ownerOf(file);
  const us = process.geteuid!();
  if (us !== 0 && owner !== us) throw noRun(file, 'it belongs to somebody else');
}

function ownerOf(file: string): number {
  try {
    return lstatSync(file).uid;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw noRun(file, code === 'ENOENT' ? 'no such file' : message, cause);
  }
}

/** The socket at which a process listens that is a run with --control: /proc/net/unix names it by its inode. */
function socketOf(pid: number): string {
  const inodes = new Set(descriptorsOf(pid).flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  for (const line of readFileSync('/proc/net/unix', 'utf8').split('\n')) {
    // Num RefCount Protocol Flags Type St Inode Path
    const [, , , flags, , , inode, ...file] = line.trim().split(' ').filter(Boolean);
    if (flags === LISTENS && inodes.has(inode!) && file.length > 0) return file.join(' ');
  }
  throw new RenacerError('CONTROL_SOCKET', `process ${pid} is no run that can be told anything`, {
    hint: 'Start the run with --control FILE.',
  });
}

/** __SO_ACCEPTCON. */
const LISTENS = '00010000';

function descriptorsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such process' : code === 'EACCES' ? 'permission denied' : String(code);
    throw new RenacerError('CONTROL_SOCKET', `process ${pid}: ${why}`);
  }
}

/** It may be closed meanwhile. */
function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

function noRun(file: string, why: string, cause?: unknown): RenacerError {
  return new RenacerError('CONTROL_SOCKET', `${file}: no run can be told anything there: ${why}`, {
    hint: 'The socket is the one of --control FILE; it is gone when the run is.',
    cause,
  });
}
