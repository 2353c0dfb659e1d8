import { net } from '../../../linux/late-modules.ts';
import { RenacerError } from '../../../model/errors.ts';
import type { PlannedConditions } from '../plan.ts';
import type { ResolvedRule, ResolvedTarget } from './resolved-rule.ts';

/** Rules with the names of their targets resolved. Throws NETWORK_TARGET. */
export async function resolveRules(rules: readonly PlannedConditions[]): Promise<ResolvedRule[]> {
  return Promise.all(rules.map(async (rule) => ({ rule, targets: await resolveTargets(rule.networkTo ?? []) })));
}

/**
 * Reads `10.0.0.0/8`, `10.1.2.3`, `db.local`, `db.local:5432`, `:6379`, `[2001:db8::]/32`, `[::1]:80`, `2001:db8::/32`,
 * and asks the resolver for names. Throws NETWORK_TARGET.
 */
export async function resolveTargets(targets: readonly string[]): Promise<ResolvedTarget[]> {
  const resolved = await Promise.all(targets.map(resolveTarget));
  return resolved.flat();
}

async function resolveTarget(target: string): Promise<ResolvedTarget[]> {
  const { host, prefix, port } = parseTarget(target);
  if (host === undefined || net().isIP(host) !== 0) return [{ address: host, prefix: prefix ?? 128, port }];
  try {
    const { lookup } = await import('node:dns/promises');
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => ({ address, prefix: 128, port }));
  } catch (cause) {
    throw new RenacerError('NETWORK_TARGET', `the network target "${target}" has a name that can't be resolved`, {
      hint: 'Give an address, a network such as 10.0.0.0/8, or a port such as :5432.',
      cause,
    });
  }
}

interface ParsedTarget {
  readonly host: string | undefined;
  readonly prefix: number | undefined;
  readonly port: number | undefined;
}

/** Takes a target apart, without asking the resolver. Throws NETWORK_TARGET. */
export function parseTarget(target: string): ParsedTarget {
  const plainV6 = /^([0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*)(?:\/(\d+))?$/i.exec(target);
  const match = plainV6 ?? /^(?:\[([^\]]+)\]|([^:/[\]\s]+))?(?:\/(\d+))?(?::(\d+))?$/.exec(target);
  const host = match?.[1] ?? (plainV6 ? undefined : match?.[2]);
  const prefix = numberOf(plainV6 ? match?.[2] : match?.[3]);
  const port = numberOf(plainV6 ? undefined : match?.[4]);
  const bits = host === undefined ? -1 : { 0: -1, 4: 32, 6: 128 }[net().isIP(host)]!;
  const wrong =
    match === null ||
    (host === undefined && port === undefined) ||
    (prefix !== undefined && prefix > bits) ||
    (port !== undefined && (port < 1 || port > 65535));
  if (wrong) {
    throw new RenacerError('NETWORK_TARGET', `"${target}" is not a network target`, {
      hint: 'Allowed are 10.0.0.0/8, 10.1.2.3, db.local:5432, :6379, [2001:db8::]/32 and [::1]:80.',
    });
  }
  return { host, prefix, port };
}

function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}
