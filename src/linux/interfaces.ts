import type { MakeSocket } from './make-socket.ts';
import { NETLINK_ROUTE, NetlinkSocket } from './netlink.ts';
import { attribute, host32, NLM_F_ACK, NLM_F_CREATE, netlinkMessage } from './netlink-message.ts';
import { AF_INET, AF_INET6 } from './sockets.ts';

const RTM_NEWLINK = 16;
const RTM_NEWADDR = 20;
const RTM_NEWROUTE = 24;
const IFF_UP = 1;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_F_NODAD = 2;
const RTA_OIF = 4;
const RTA_PREFSRC = 7;
const RT_TABLE_LOCAL = 255;
const RT_SCOPE_HOST = 254;
const RTPROT_STATIC = 4;
const RTN_LOCAL = 2;
/** Its index in every network namespace. */
const LOOPBACK = 1;

/** Sets up the loopback interface of a network namespace by rtnetlink(7). Throws NetlinkError. */
export class LoopbackInterface {
  readonly #socket: NetlinkSocket;

  constructor(makeSocket: MakeSocket) {
    this.#socket = NetlinkSocket.open(NETLINK_ROUTE, makeSocket);
  }

  bringUp(): void {
    // struct ifinfomsg: family, type, index, flags, and which flags are to change.
    const info = [new Uint8Array(4), host32(LOOPBACK), host32(IFF_UP), host32(IFF_UP)];
    this.#request(RTM_NEWLINK, 0, info);
  }

  /** Gives it an address of 4 or 16 bytes. */
  addAddress(address: Uint8Array): void {
    const local = [attribute(IFA_LOCAL, address), attribute(IFA_ADDRESS, address)];
    // struct ifaddrmsg: family, length of the prefix, flags, scope, index. Without the flag it can't be used at once.
    const head = Uint8Array.of(familyOf(address), address.length * 8, IFA_F_NODAD, 0);
    this.#request(RTM_NEWADDR, NLM_F_CREATE, [head, host32(LOOPBACK), ...local]);
  }

  /**
   * Makes every address of this family one of this namespace, unless another route says otherwise: what is sent there arrives here.
   * `from` is the address that it comes from where the sender has not chosen one.
   */
  takeAllAddresses(from: Uint8Array): void {
    // struct rtmsg: family, length of destination and source, type of service, table, protocol, scope, type, flags.
    const head = [familyOf(from), 0, 0, 0, RT_TABLE_LOCAL, RTPROT_STATIC, RT_SCOPE_HOST, RTN_LOCAL, 0, 0, 0, 0];
    const route = [attribute(RTA_OIF, host32(LOOPBACK)), attribute(RTA_PREFSRC, from)];
    this.#request(RTM_NEWROUTE, NLM_F_CREATE, [Uint8Array.from(head), ...route]);
  }

  close(): void {
    this.#socket.close();
  }

  #request(type: number, flags: number, body: readonly Uint8Array[]): void {
    this.#socket.request(netlinkMessage(type, flags | NLM_F_ACK, 1, body), 1);
  }
}

function familyOf(address: Uint8Array): number {
  return address.length === 4 ? AF_INET : AF_INET6;
}
