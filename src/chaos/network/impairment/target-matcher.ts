import { BlockList, isIP } from 'node:net';
import type { ResolvedTarget } from './resolved-rule.ts';

/** Tells which peers a list of targets means. No targets mean everyone. */
export class TargetMatcher {
  readonly #targets: readonly { readonly port: number | undefined; readonly addresses: BlockList | undefined }[];

  constructor(targets: readonly ResolvedTarget[]) {
    this.#targets = targets.map(({ address, prefix, port }) => {
      if (address === undefined) return { port, addresses: undefined };
      const addresses = new BlockList();
      const v4 = isIP(address) === 4;
      addresses.addSubnet(address, Math.min(prefix, v4 ? 32 : 128), v4 ? 'ipv4' : 'ipv6');
      return { port, addresses };
    });
  }

  /** `port` is that of the service, undefined for protocols without ports. */
  matches(address: string, port: number | undefined): boolean {
    if (this.#targets.length === 0) return true;
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    return this.#targets.some(
      (target) =>
        (target.port === undefined || target.port === port) && (target.addresses?.check(address, family) ?? true),
    );
  }

  /** Whether there may be peers for whom this port of a service is meant. */
  mayMatch(port: number): boolean {
    return (
      this.#targets.length === 0 || this.#targets.some((target) => target.port === undefined || target.port === port)
    );
  }
}
