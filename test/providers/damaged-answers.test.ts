import { afterEach, describe, expect, it } from 'vitest';
import type { BackfillError } from '../../src/core/errors.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { type Gate, OPEN_GATE } from '../../src/providers/http/gate.ts';
import { openProvider } from '../../src/providers/registry.ts';
import { ALPACA_KEYS } from '../../src/simulator/alpaca/index.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { beside, stopBeside } from '../simulator/beside.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';

afterEach(async () => {
  await stopBeside();
  await stopAll();
});

/** By provider: a ticker, where its bars are asked for, and a value of a row that is damaged. */
const WIRES = {
  yahoo: { ticker: 'ALFA', secrets: {}, bars: /chart/, value: /"open":\[[\d.]+/, damaged: '"open":["x"' },
  alpaca: {
    ...{ ticker: 'ALFA', secrets: ALPACA_KEYS, bars: /\/bars/ },
    ...{ value: /"o":[\d.]+/, damaged: '"o":"x"' },
  },
  polygon: {
    ...{ ticker: 'ALFA', secrets: { key: POLYGON_KEYS.advanced }, bars: /\/aggs\// },
    ...{ value: /"o":[\d.]+/, damaged: '"o":"x"' },
  },
  binance: { ticker: 'PSDO-USDT', secrets: {}, bars: /klines/, value: /\[\d{13},/, damaged: '["x",' },
} as const;

/** What the gate hears of an answer that `change` was made of. */
async function heard(id: keyof typeof WIRES, change: (body: string) => string): Promise<BackfillError[]> {
  const { ticker, secrets, bars } = WIRES[id];
  const failures: BackfillError[] = [];
  const gate: Gate = {
    ...OPEN_GATE,
    failed: async (error) => {
      failures.push(error);
      return false;
    },
  };
  const { url } = await beside((await start({ wire: id })).url, (path, answer) =>
    bars.test(path) ? { ...answer, body: Buffer.from(change(answer.body.toString())) } : answer,
  );
  const settings = id === 'polygon' ? { tier: 'advanced' } : {};
  const provider = await openProvider({ id, url, settings }, gate, secrets);
  const range = { from: parseDay('2026-11-02'), to: parseDay('2026-11-06') };
  await provider.fetchBars({ series: { ticker, interval: '1d' }, range, now: NOW }).catch(() => undefined);
  return failures;
}

describe.each(Object.keys(WIRES) as (keyof typeof WIRES)[])('of %s', (id) => {
  it('an answer in its own form with something wrong in it says nothing of others', async () => {
    const { value, damaged } = WIRES[id];
    const failures = await heard(id, (body) => {
      expect(body).toMatch(value);
      return body.replace(value, damaged);
    });
    expect(failures).toMatchObject([{ code: 'bad-answer', retryable: true, isOfOne: true }]);
  });

  it.each([
    ['a page', '<html>Sign in</html>'],
    ['other JSON', '{"login":"needed"}'],
  ])('%s in place of one may be what all are answered with', async (_, body) => {
    const failures = await heard(id, () => body);
    expect(failures.map(({ retryable, isOfOne }) => [retryable, isOfOne])).toEqual([[true, undefined]]);
  });
});
