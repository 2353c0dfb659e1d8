import { isatty } from 'node:tty';
import { findLeftovers, removeLeftovers } from '../chaos/basic/leftovers.ts';
import { probeCapabilities } from '../chaos/capabilities.ts';
import { tierBackends } from '../chaos/tier-backends.ts';
import { demandLibc } from '../linux/libc.ts';
import { RenacerError } from '../model/errors.ts';
import { doctorText } from '../report/doctor-text.ts';
import { writeToStdout } from './messages.ts';

/** `renacer doctor [--clean]`: what this machine can do; with `--clean`, removes what killed runs left. */
export async function doctor(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== '--clean');
  if (unknown !== undefined) {
    throw new RenacerError('USAGE', `doctor: ${JSON.stringify(unknown)} is not allowed; allowed: --clean`);
  }
  demandLibc();
  if (args.includes('--clean')) return clean();
  const capabilities = probeCapabilities();
  const color = !process.env.NO_COLOR && isatty(1);
  writeToStdout(doctorText(capabilities, await tierBackends(capabilities), color));
  return 0;
}

async function clean(): Promise<number> {
  const found = findLeftovers('everywhere');
  const stayed = await removeLeftovers(found);
  for (const group of found.groups.filter(({ directory }) => !stayed.includes(directory))) {
    writeToStdout(`removed cgroup ${group.directory}\n`);
  }
  for (const pid of found.processIds) writeToStdout(`ended process ${pid}\n`);
  for (const directory of stayed) writeToStdout(`could not remove cgroup ${directory}\n`);
  if (found.groups.length + found.processIds.length === 0) writeToStdout('nothing was left behind\n');
  return stayed.length > 0 ? 1 : 0;
}
