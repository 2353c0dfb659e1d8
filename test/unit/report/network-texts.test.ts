import { describe, expect, it } from 'vitest';
import type { FlowGroupUse, PacketCounts } from '../../../src/model/network-use.ts';
import { networkTexts } from '../../../src/report/network-texts.ts';

function counts(packets: number, lost = 0): PacketCounts {
  return {
    packets,
    bytes: packets * 512,
    lost,
    delayed: 0,
    throttledBytes: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
  };
}

function group(port: number, packets: number, resets = 0): FlowGroupUse {
  const service = `127.0.0.1:${port}`;
  return { protocol: 'tcp', service, flows: 1, to: counts(packets), from: counts(packets, 1), resets, refusals: 0 };
}

describe('networkTexts', () => {
  it('says nothing where nothing passed', () => {
    expect(networkTexts(undefined)).toEqual([]);
    expect(networkTexts({ backend: 'packets', notes: [], groups: [], flows: [] })).toEqual([]);
  });

  it('has a text for each service, the busiest first', () => {
    const groups = [group(80, 2), group(81, 4, 1)];
    expect(networkTexts({ backend: 'packets', notes: [], groups, flows: [] })).toEqual([
      'tcp 127.0.0.1:81: 1 flow (1 reset), 4 packets to (2.0 KiB), 4 packets from (2.0 KiB; 1 lost)',
      'tcp 127.0.0.1:80: 1 flow, 2 packets to (1.0 KiB), 2 packets from (1.0 KiB; 1 lost)',
    ]);
  });

  it('says what was delayed and throttled, and one packet is one', () => {
    const from = { ...counts(3), delayed: 3, throttledBytes: 1536 };
    const groups = [{ ...group(80, 1), from }];
    expect(networkTexts({ backend: 'packets', notes: [], groups, flows: [] })).toEqual([
      'tcp 127.0.0.1:80: 1 flow, 1 packet to (0.5 KiB), 3 packets from (1.5 KiB; 3 delayed, 1.5 KiB throttled)',
    ]);
  });

  it('adds up what is beyond eight lines', () => {
    const groups = Array.from({ length: 12 }, (_, index) => group(8000 + index, index + 1, 1));
    const texts = networkTexts({ backend: 'packets', notes: [], groups, flows: [] });
    expect(texts).toHaveLength(8);
    // Those with 1 to 5 packets.
    expect(texts.at(-1)).toBe(
      'and 5 more: 5 flows (5 reset), 15 packets to (7.5 KiB), 15 packets from (7.5 KiB; 5 lost)',
    );
    expect(networkTexts({ backend: 'packets', notes: [], groups: groups.slice(0, 8), flows: [] })).toHaveLength(8);
  });

  it('end with what the backend does otherwise than was asked for', () => {
    const network = { backend: 'system calls (emulation)', notes: ['packet_reorder_rate: of UDP only'], flows: [] };
    expect(networkTexts({ ...network, groups: [group(1, 2)] }).slice(1)).toEqual(network.notes);
  });
});
