import { describe, expect, it } from 'vitest';
import { nothingToDoLine } from '../../src/report/plan-text.ts';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import { backfill } from '../../src/backfill/backfill.ts';
import { stateOf } from '../../src/core/coverage/coverage.ts';
import { MS_PER_DAY, parseDay } from '../../src/core/session/day.ts';
import { toolsInProcess } from './in-process.ts';
import { beginEmpty, now, setNow, store } from './store-at.ts';
import { barsOf, sample } from './vendor.ts';

beginEmpty();

describe('sessions that are not final yet', () => {
  it('are stored on demand, marked, and fetched again once they are', async () => {
    setNow(Date.parse('2025-05-30T17:30:00Z')); // New York is open.
    const request = { tickers: ['ALFA'], start: '2025-05-26', end: '2025-06-02' };
    const tools = () => toolsInProcess(sample, store, () => now);
    expect(await backfill(request, tools())).toMatchObject({ inserted: 3, provisional: 0 });
    const early = await backfill({ ...request, includeProvisional: true }, tools());
    expect(early).toMatchObject({ inserted: 1, provisional: 1, failed: 0 });
    const soFar = (await barsOf()).at(-1);
    expect(soFar?.ts).toBe(parseDay('2025-05-30') * MS_PER_DAY);
    const known = (await store.scan()).series.get('ALFA 1d')?.coverage;
    expect(known && stateOf(known, parseDay('2025-05-30'))).toEqual({ state: 'present', provisional: true });
    setNow(Date.parse('2025-05-30T21:00:00Z'));
    expect(await backfill(request, tools())).toMatchObject({ changed: 1, revised: 0, provisional: 0 });
    const final = (await barsOf()).at(-1);
    expect(final?.volume).toBeGreaterThan(soFar?.volume ?? Number.POSITIVE_INFINITY);
    const later = (await store.scan()).series.get('ALFA 1d')?.coverage;
    expect(later?.provisional).toEqual([]);
    expect(await backfill(request, tools())).toMatchObject({ complete: 1, requests: 0 });
  });

  it('are nothing to do, and no failure, where they are all that is asked for', async () => {
    setNow(Date.parse('2025-05-30T17:30:00Z'));
    const tools = toolsInProcess(sample, store, () => now);
    const told: string[] = [];
    const onEvent = (event: BackfillEvent): void => {
      if (event.type === 'planned') told.push(nothingToDoLine(event.plan));
    };
    const request = { tickers: ['ALFA'], start: '2025-05-30' };
    const summary = await backfill(request, { ...tools, onEvent });
    expect(summary).toMatchObject({ series: 0, failed: 0, requests: 0, newlyUnavailable: false });
    expect(told).toEqual([expect.stringMatching(/^Nothing to do: no settled session .* from 2025-05-30 2/)]);
  });

  it('are neither missing nor absent while nothing has been traded', async () => {
    setNow(Date.parse('2025-05-30T13:30:30Z')); // Half a minute after the open.
    const request = { tickers: ['ALFA'], start: '2025-05-26', end: '2025-06-02', includeProvisional: true };
    const summary = await backfill(
      request,
      toolsInProcess(sample, store, () => now),
    );
    expect(summary).toMatchObject({ failed: 0, provisional: 0, absent: {}, inserted: 3 });
  });
});
