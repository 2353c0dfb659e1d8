import { describe, expect, it } from 'vitest';
import { Task } from '../../../../src/tracer/task.ts';
import { PHASE } from '../../../../src/tracer/turns/task-turn.ts';
import { TurnOrder } from '../../../../src/tracer/turns/turn-order.ts';

describe('the order of turns', () => {
  it('is that of lineages, whenever tasks are born', () => {
    const order = new TurnOrder();
    for (const lineage of ['0', '0.10', '0.2', '0.1', '0.1.1']) order.add(new Task(1, 1, lineage));
    expect(order.all.map(({ task }) => task.lineage)).toEqual(['0', '0.1', '0.1.1', '0.2', '0.10']);
  });

  it('has those ready that could go on; who is about to sleep only if nobody else can', () => {
    const order = new TurnOrder();
    const [first, second, third] = ['0', '0.1', '0.2'].map((lineage) => order.add(new Task(1, 1, lineage)));
    expect(order.ready()).toEqual([]);
    expect(order.someWait).toBe(false);
    first!.phase = PHASE.ready;
    first!.sleeps = true;
    third!.phase = PHASE.ready;
    expect([...order.ready()]).toEqual([third]);
    order.remove(third!);
    second!.phase = PHASE.blocked;
    expect([...order.ready()]).toEqual([first]);
    expect(order.someWait).toBe(true);
  });
});
