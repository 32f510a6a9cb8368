import { expect, it } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';

// A session of a whole market is asked for once: of what has no bar in any of them that is one answer, and it takes three.

it('what no session of a market has a bar of fails by how few said so and what to do, and is settled by the next run', async () => {
  const folder = await temporaryFolder();
  const simulator = await start({ wire: 'polygon', now: () => NOW });
  const history = openHistory({
    ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => NOW },
    ...{ quotas: [], workers: 1, secrets: { key: POLYGON_KEYS.advanced } },
    provider: { id: 'polygon', url: simulator.url, settings: { tier: 'advanced' } },
  });
  try {
    const request = {
      tickers: ['ALFA', 'BRIQ', 'CORV', 'DUNO', 'ZZZZ'],
      start: '2026-11-09',
      end: '2026-11-12',
    };
    const first = await history.backfill(request);
    expect(simulator.entries.some(({ path }) => path.includes('/grouped/'))).toBe(true);
    expect(first).toMatchObject({ fetched: 4, failed: 1 });
    expect(first.failures).toMatchObject([
      {
        ...{ ticker: 'ZZZZ', code: 'incomplete' },
        message:
          '4 of 4 sessions stay missing: one answer has no bar of it, which is believed once 3 say so; run again, and it is asked again',
      },
    ]);
    const second = await history.backfill(request);
    expect(second.failures.map(({ message }) => message).join()).not.toContain('stay missing');
    expect((await history.plan(request)).tasks).toEqual([]);
  } finally {
    await history.close();
    await stopAll();
    await folder.remove();
  }
});
