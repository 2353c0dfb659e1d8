import { describe, expect, it } from 'vitest';
import { BpfAssembler, R0, R1, R6, R10 } from '../../../src/linux/bpf-assembler.ts';

const hex = (code: BpfAssembler): string[] =>
  (Buffer.from(code.assemble()).toString('hex').match(/.{16}/g) ?? []).map((text) => text);

describe('eBPF assembler', () => {
  it('writes instructions as the kernel reads them', () => {
    const code = new BpfAssembler()
      .move(R6, R1)
      .load('u64', R1, R6, 8)
      .store('u32', R10, -4, R1)
      .store('u8', R10, -8, 7)
      .add(R1, -4)
      .atomicAdd(R0, 16, R1)
      .call(14)
      .exit();
    expect(hex(code)).toEqual([
      'bf16000000000000',
      '7961080000000000',
      '631afcff00000000',
      '720af8ff07000000',
      '07010000fcffffff',
      'db10100000000000',
      '850000000e000000',
      '9500000000000000',
    ]);
  });

  it('a map takes two instructions', () => {
    expect(hex(new BpfAssembler().loadMap(R1, 5))).toEqual(['1811000005000000', '0000000000000000']);
  });

  it('jumps forwards and backwards, from the instruction after', () => {
    const code = new BpfAssembler()
      .label('again')
      .jumpIf(R0, '==', 3, 'end')
      .jumpIf(R0, 'signed <', R1, 'again')
      .jump('end')
      .label('end')
      .exit();
    expect(hex(code)).toEqual(['1500020003000000', 'cd10feff00000000', '0500000000000000', '9500000000000000']);
  });

  it('does not take a label twice, nor one that is missing', () => {
    expect(() => new BpfAssembler().label('a').label('a')).toThrow('stands twice');
    expect(() => new BpfAssembler().jump('a').assemble()).toThrow('no label a');
  });
});
