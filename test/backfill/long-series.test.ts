import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import type { Task } from '../../src/core/plan/task.ts';
import { intervalMs } from '../../src/core/session/interval.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { openStore } from '../../src/store/open.ts';
import { seriesKey } from '../../src/core/bars/bars.ts';
import { toolsInProcess } from './in-process.ts';

const NOW = Date.parse('2026-03-02T12:00:00Z');
/** It trades round the clock. */
const COIN = { ticker: 'SMPL-USD', interval: '1m' } as const;
/** More minutes than a piece may have. */
const DAYS = 48;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-long-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The tasks of a fill, and what is stored then. */
async function fill(name: string, provider: Provider): Promise<{ tasks: Task[]; stored: unknown[] }> {
  const store = openStore(join(folder, name));
  const tasks: Task[] = [];
  const onEvent = (event: BackfillEvent): void => void (event.type === 'started' && tasks.push(event.task));
  const request = { tickers: [COIN.ticker], intervals: [COIN.interval], days: DAYS };
  const summary = await backfill(request, { ...toolsInProcess(provider, store, () => NOW), onEvent });
  expect(summary).toMatchObject({ fetched: 1, failed: 0, bars: DAYS * 1440 });
  const state = (await store.scan()).series.get(seriesKey(COIN));
  const actions = await store.readActions(COIN.ticker);
  return { tasks, stored: [state, actions, await store.readBars(COIN)] };
}

it('a long series is worked through in pieces, and stored as it is at once', async () => {
  const sample = openSample({ id: 'sample' });
  const limits = { maxSpanDays: null, lookBackDays: null, requestsPerSpan: 1, settleDelayMs: 0 };
  const unlimited = { ...sample.capabilities, intervals: { '1m': limits } };
  const pieces = await fill('pieces', sample);
  const whole = await fill('whole', { ...sample, capabilities: unlimited });
  expect([pieces.tasks.length, whole.tasks.length]).toEqual([2, 1]);
  for (const { wants } of pieces.tasks) {
    const [days] = wants.map(({ range }) => range.to - range.from);
    expect(((days ?? 0) * 86_400_000) / intervalMs('1m')).toBeLessThanOrEqual(65_536);
  }
  expect(pieces.stored).toEqual(whole.stored);
});
