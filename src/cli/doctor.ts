import { findLeftovers, removeLeftovers } from '../chaos/basic/leftovers.ts';
import { probeCapabilities } from '../chaos/capabilities.ts';
import { tierBackends } from '../chaos/tier-backends.ts';
import { RenacerError } from '../model/errors.ts';
import { doctorText } from '../report/doctor-text.ts';

/** `renacer doctor [--clean]`: what this machine can do; with `--clean`, removes what killed runs left. */
export async function doctor(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== '--clean');
  if (unknown !== undefined) {
    throw new RenacerError('USAGE', `doctor: ${JSON.stringify(unknown)} is not allowed; allowed: --clean`);
  }
  if (args.includes('--clean')) return clean();
  const capabilities = probeCapabilities();
  const color = !process.env.NO_COLOR && process.stdout.isTTY === true;
  process.stdout.write(doctorText(capabilities, await tierBackends(capabilities), color));
  return 0;
}

async function clean(): Promise<number> {
  const found = findLeftovers('everywhere');
  const stayed = await removeLeftovers(found);
  for (const group of found.groups.filter(({ directory }) => !stayed.includes(directory))) {
    process.stdout.write(`removed cgroup ${group.directory}\n`);
  }
  for (const pid of found.processIds) process.stdout.write(`ended process ${pid}\n`);
  for (const directory of stayed) process.stdout.write(`could not remove cgroup ${directory}\n`);
  if (found.groups.length + found.processIds.length === 0) process.stdout.write('nothing was left behind\n');
  return stayed.length > 0 ? 1 : 0;
}
