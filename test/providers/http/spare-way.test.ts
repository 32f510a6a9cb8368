import { describe, expect, it } from 'vitest';
import { BackfillError, type ErrorCode } from '../../../src/core/errors.ts';
import { type Gate, OPEN_GATE } from '../../../src/providers/http/gate.ts';
import { openSpareWay } from '../../../src/providers/http/spare-way.ts';

/** A way of which every try ends as it is told; `tried`: how many there were. */
function wayThat(outcome: () => ErrorCode | null, gate: Gate = OPEN_GATE) {
  let [tried, now] = [0, 0];
  const way = openSpareWay(
    gate,
    () => 0,
    () => now,
  );
  const attempt = async (): Promise<string> => {
    tried++;
    const code = outcome();
    if (code !== null) throw new BackfillError(code, `try ${tried}`, { retryable: true, retryAfterMs: 70 });
    return 'an answer';
  };
  return {
    ask: () => way.ask(attempt, ({ message }) => `without: ${message}`),
    tried: () => tried,
    later: (ms: number) => void (now += ms),
  };
}

describe('a way that a chain can do without', () => {
  it('is tried twice, and then done without', async () => {
    const { ask, tried } = wayThat(() => 'network');
    expect(await ask()).toBe('without: try 2');
    expect(tried()).toBe(2);
  });

  it('may have an answer at the second try', async () => {
    const outcomes: (ErrorCode | null)[] = ['timeout', null];
    const { ask } = wayThat(() => outcomes.shift() ?? null);
    expect(await ask()).toBe('an answer');
  });

  it('is left alone for ten minutes after three failures in a row, and closed again by the next one', async () => {
    const { ask, tried, later } = wayThat(() => 'unreachable');
    for (let i = 0; i < 5; i++) await ask();
    expect(tried()).toBe(6);
    later(599_999);
    expect(await ask()).toBe('without: try 6');
    expect(tried()).toBe(6);
    later(1);
    await ask();
    await ask();
    expect(tried()).toBe(8);
  });

  it('is open again after an answer', async () => {
    const bad: readonly ErrorCode[] = ['network', 'network'];
    const outcomes: (ErrorCode | null)[] = [...bad, ...bad, null, ...bad, ...bad, null];
    const { ask, tried } = wayThat(() => outcomes.shift() ?? null);
    const said = [];
    for (let i = 0; i < 6; i++) said.push((await ask()).startsWith('without'));
    expect(said).toEqual([true, true, false, true, true, false]);
    expect(tried()).toBe(10);
  });

  it('tells the gate of a throttle, which waits, and of no other failure', async () => {
    const told: string[] = [];
    const gate: Gate = {
      ...OPEN_GATE,
      throttled: async (ms) => told.push(`throttled ${ms}`) > 0,
      failed: async ({ code }) => told.push(`failed ${code}`) > 0,
      pause: async () => void told.push('pause'),
    };
    await wayThat(() => 'throttled', gate).ask();
    expect(told.splice(0)).toEqual(['throttled 70', 'throttled 70']);
    await wayThat(() => 'network', gate).ask();
    expect(told).toEqual(['pause']);
  });

  it.each(['cancelled', 'quota-exhausted', 'provider-down', 'internal'] as const)(
    'does not pass off %s as a failure of its own',
    async (code) => {
      const { ask } = wayThat(() => code);
      await expect(ask()).rejects.toMatchObject({ code });
    },
  );
});
