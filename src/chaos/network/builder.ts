import type { ResetMoment } from '../../model/network-use.ts';
import type { LossBursts, NetworkConditions, NetworkSettings } from '../settings.ts';

/**
 * The methods of the network tier. Rates are from 0 to 1 or text such as `'10%'`; numbers are clamped, NaN changes nothing.
 * What a number counts stands in the name of the method.
 */
export interface NetworkMethods {
  /** Delay of every packet, each way: text such as `'100ms'`. */
  withNetworkLatency(latency: string): this;
  /** @deprecated A number does not say its unit: use `withNetworkLatencyMs` or `withNetworkLatencySecs`. */
  withNetworkLatency(milliseconds: number): this;
  withNetworkLatencyMs(milliseconds: number): this;
  withNetworkLatencySecs(seconds: number): this;
  /** How far the delay may differ from the latency: text such as `'20ms'`. */
  withNetworkJitter(jitter: string): this;
  /** @deprecated A number does not say its unit: use `withNetworkJitterMs` or `withNetworkJitterSecs`. */
  withNetworkJitter(milliseconds: number): this;
  withNetworkJitterMs(milliseconds: number): this;
  withNetworkJitterSecs(seconds: number): this;
  withNetworkDistribution(distribution: NonNullable<NetworkConditions['networkDistribution']>): this;
  /** Correlation between the delays of successive packets. */
  withNetworkCorrelation(correlation: number | string): this;
  withPacketLossRate(rate: number | string): this;
  /** Loss in bursts (Gilbert-Elliott). */
  withPacketLossBursts(bursts: LossBursts): this;
  withPacketDuplicateRate(rate: number | string): this;
  withPacketReorderRate(rate: number | string): this;
  withPacketCorruptRate(rate: number | string): this;
  /** Bytes per second, each way, at least 1: text such as `'1M'`. */
  withBandwidth(bytesPerSec: string): this;
  /** @deprecated A number does not say its unit: use `withBandwidthBytesPerSec`. */
  withBandwidth(bytesPerSec: number): this;
  withBandwidthBytesPerSec(bytes: number): this;
  /** Chance that a connection is reset while it is open. */
  withConnectionDropRate(rate: number | string): this;
  /** Resets connections after so many bytes or so long, `'100K'` or `'1s'`: all of them, if no drop rate is given. */
  withConnectionDropAfter(moment: string | ResetMoment): this;
  withConnectionRefuseRate(rate: number | string): this;
  /** Drops all packets. */
  withPartition(on: boolean): this;
  withDnsFailureRate(rate: number | string): this;
  withDnsFailure(failure: NonNullable<NetworkConditions['dnsFailure']>): this;
  /** The only targets of the network options: `'10.0.0.0/8'`, `'db.local:5432'`, `':6379'`. */
  withNetworkTo(targets: string | readonly string[]): this;
  withNetworkDirection(direction: NonNullable<NetworkConditions['networkDirection']>): this;
  /** Adds conditions that hold for targets of their own. */
  withNetworkRule(conditions: NetworkConditions): this;
  /** Delay of reads and writes on files, pipes and Unix sockets: text such as `'10ms'`. */
  withIoLatency(latency: string): this;
  /** @deprecated A number does not say its unit: use `withIoLatencyMs` or `withIoLatencySecs`. */
  withIoLatency(milliseconds: number): this;
  withIoLatencyMs(milliseconds: number): this;
  withIoLatencySecs(seconds: number): this;
  withNetworkBackend(backend: NonNullable<NetworkSettings['networkBackend']>): this;
  /** With the backend `namespace`: ports of the host's loopback that the command reaches, such as `['5432']`. */
  withNetworkHostPorts(ports: string | readonly string[]): this;
}
