import { afterEach, describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { type Chart, chartBody, type Row } from './chart.ts';
import { type Asked, fetchFrom, type Reply, stopServing } from './serving.ts';

afterEach(stopServing);

const ASKED: Asked = { ticker: 'AAPL', range: ['2025-01-13', '2025-01-15'], now: '2025-02-04T12:00:00Z' };
const FULL: readonly Row[] = [['2025-01-13T14:30:00Z', 10]];

const chart = (change: Chart = {}): Reply => ({ body: chartBody(change) });
const silent = chart();

describe('a chart without a row', () => {
  it('is an answer, asked for once: whoever asks judges what it is worth', async () => {
    const { answer, asked } = await fetchFrom(() => silent, ASKED);
    expect(asked).toHaveLength(1);
    expect(await answer).toMatchObject({ bars: [], unusable: [], proven: { from: 20101, to: 20104 } });
  });

  it('tells when the last trade was, where Yahoo does', async () => {
    const last = await fetchFrom(() => chart({ lastTrade: '2025-01-10T21:00:00Z' }), ASKED);
    expect(await last.answer).toMatchObject({ bars: [], lastTrade: parseDay('2025-01-10') });
    const none = await fetchFrom(() => chart({ lastTrade: '1970-01-01T00:00:00Z' }), ASKED);
    expect(await none.answer).not.toHaveProperty('lastTrade');
  });

  it('beside intraday bars contradicts them, and is asked for again: it would tell the splits', async () => {
    const isDaily = (url: URL): boolean => url.searchParams.get('interval') === '1d';
    const asked: Asked = { ...ASKED, interval: '1h' };
    const splits = await fetchFrom((url) => (isDaily(url) ? silent : chart({ rows: FULL })), asked);
    await expect(splits.answer).rejects.toMatchObject({ code: 'bad-answer', retryable: true });
    const both = await fetchFrom(() => silent, asked);
    expect((await both.answer).bars).toEqual([]);
    expect(both.asked.map((url) => url.searchParams.get('interval'))).toEqual(['1d', '1h']);
  });
});

it('a range before the listing that Yahoo refuses is not asked for again', async () => {
  const body = JSON.stringify({
    chart: {
      result: null,
      error: { code: 'Bad Request', description: "Data doesn't exist for startDate = 1" },
    },
  });
  const { answer, asked } = await fetchFrom(() => ({ status: 400, body }), ASKED);
  await expect(answer).rejects.toMatchObject({ code: 'no-data', retryable: false });
  expect(asked).toHaveLength(1);
});
