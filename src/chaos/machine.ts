import { existsSync } from 'node:fs';
import { readProcFile } from '../linux/process-stat.ts';

/** True in a Docker, Podman, Kubernetes, LXC or systemd-nspawn container, as far as one can see from within. */
export function inContainer(): boolean {
  if (existsSync('/.dockerenv') || existsSync('/run/.containerenv') || existsSync('/run/systemd/container'))
    return true;
  return /^(container|KUBERNETES_SERVICE_HOST)=/m.test((readProcFile('/proc/1/environ') ?? '').replaceAll('\0', '\n'));
}

export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** A sysctl as a trimmed text, or undefined where the kernel has none of this name. */
export function sysctl(name: string): string | undefined {
  return readProcFile(`/proc/sys/${name.replaceAll('.', '/')}`)?.trim();
}
