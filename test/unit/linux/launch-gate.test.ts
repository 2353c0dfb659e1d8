import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { LaunchGate } from '../../../src/linux/launch-gate.ts';

describe('a launch gate', () => {
  it('is passed once it is open, refused or not by the first word', () => {
    const open = new LaunchGate();
    open.open();
    open.refuse();
    expect(open.pass()).toBe(true);
    const refused = new LaunchGate();
    refused.refuse();
    refused.open();
    expect(refused.pass()).toBe(false);
  });

  it('is waited for until another thread opens it', async () => {
    const gate = new LaunchGate();
    const script = `setTimeout(() => {
      const word = new Int32Array(require('node:worker_threads').workerData);
      Atomics.store(word, 0, 1);
      Atomics.notify(word, 0);
    }, 50)`;
    const worker = new Worker(script, { eval: true, workerData: gate.memory });
    expect(new LaunchGate(gate.memory).pass()).toBe(true);
    await worker.terminate();
  });
});
