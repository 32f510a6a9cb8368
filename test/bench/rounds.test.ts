import { describe, expect, it } from 'vitest';
import { inRounds } from '../../bench/harness/rounds.ts';

describe('rounds', () => {
  it('run each contestant once, each beginning with another', async () => {
    const order: string[] = [];
    const contestant = (name: string): { name: string; run: () => Promise<void> } => ({
      name,
      run: () => Promise.resolve(void order.push(name)),
    });
    await inRounds([contestant('a'), contestant('b'), contestant('c')], { warmUps: 1, runs: 3 });
    expect(order.join('')).toBe('abcbcacababc');
  });

  it('wait for one contestant before the next begins', async () => {
    let running = 0;
    const run = async (): Promise<number> => {
      running++;
      await new Promise((resolve) => setImmediate(resolve));
      return running--;
    };
    const measured = await inRounds(
      [
        { name: 'a', run },
        { name: 'b', run },
      ],
      { warmUps: 0, runs: 2 },
    );
    expect([...measured.values()].flat()).toEqual([1, 1, 1, 1]);
  });

  it('forget what the warm-up measured, and keep the rest in order', async () => {
    const counting = (from: number): (() => Promise<number>) => {
      let next = from;
      return () => Promise.resolve(next++);
    };
    const measured = await inRounds(
      [
        { name: 'a', run: counting(0) },
        { name: 'b', run: counting(100) },
      ],
      { warmUps: 2, runs: 3 },
    );
    expect(Object.fromEntries(measured)).toEqual({ a: [2, 3, 4], b: [102, 103, 104] });
  });

  it('refuse two contestants of one name', async () => {
    const same = { name: 'a', run: () => Promise.resolve(1) };
    await expect(inRounds([same, same], { warmUps: 0, runs: 1 })).rejects.toThrow('one name');
  });
});
