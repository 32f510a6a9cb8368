import { afterEach, describe, expect, it } from 'vitest';
import { type Gate, OPEN_GATE } from '../../../src/providers/http/gate.ts';
import { type Chart, chartBody, type Row } from './chart.ts';
import { type Asked, fetchFrom, type Reply, stopServing } from './serving.ts';

afterEach(stopServing);

const ASKED: Asked = { ticker: 'AAPL', range: ['2025-01-13', '2025-01-15'], now: '2025-02-04T12:00:00Z' };
const FULL: readonly Row[] = [['2025-01-13T14:30:00Z', 10]];

const chart = (change: Chart = {}): Reply => ({ body: chartBody(change) });
const silent = chart();

describe('a chart without a row, of an instrument that should have traded', () => {
  it('is asked again, and the rows that come then are the answer', async () => {
    const { answer, asked } = await fetchFrom(
      (_, count) => (count < 3 ? silent : chart({ rows: FULL })),
      ASKED,
    );
    expect(asked).toHaveLength(3);
    expect((await answer).bars).toHaveLength(1);
    expect(await answer).not.toHaveProperty('note');
  });

  it('is evidence after three in a row, and says so', async () => {
    const { answer, asked } = await fetchFrom(() => silent, ASKED);
    expect(asked).toHaveLength(3);
    expect(await answer).toMatchObject({
      bars: [],
      unusable: [],
      proven: { from: 20101, to: 20104 },
      note: 'no row in 3 answers in a row',
    });
  });

  it('starts to count again after a failure', async () => {
    const broken = { status: 503, body: '' };
    const { answer, asked } = await fetchFrom((_, count) => (count === 3 ? broken : silent), ASKED);
    expect(asked).toHaveLength(6);
    expect((await answer).bars).toEqual([]);
  });

  it('is no evidence where the run affords no other try, and waits a little before each', async () => {
    const told: string[] = [];
    const waits: number[] = [];
    const gate = (retries: boolean): Gate => ({
      ...OPEN_GATE,
      answered: () => void told.push('answered'),
      failed: ({ code }) => (told.push(code), retries),
      pause: async (ms) => void waits.push(ms),
    });
    const refused = await fetchFrom(() => silent, { ...ASKED, gate: gate(false) });
    await expect(refused.answer).rejects.toMatchObject({ code: 'bad-answer', retryable: true });
    // The provider lives: silences of many tickers must not trip the breaker.
    expect(told).toEqual(['answered', 'bad-answer']);
    await fetchFrom(() => silent, { ...ASKED, gate: gate(true) });
    expect(waits).toHaveLength(2);
    for (const ms of waits) expect(ms).toBeLessThan(1000);
  });

  it('is doubted intraday in the bars and in the splits', async () => {
    const daily = (url: URL): boolean => url.searchParams.get('interval') === '1d';
    const asked: Asked = { ...ASKED, interval: '1h' };
    const bars = await fetchFrom((url) => (daily(url) ? chart({ rows: FULL }) : silent), asked);
    expect(bars.asked.map((url) => url.searchParams.get('interval'))).toEqual(['1d', '1h', '1h', '1h']);
    const splits = await fetchFrom((url) => (daily(url) ? silent : chart({ rows: FULL })), asked);
    expect(splits.asked.map((url) => url.searchParams.get('interval'))).toEqual(['1d', '1d', '1d', '1h']);
  });
});

describe('a chart without a row is believed at once', () => {
  const once = async (reply: Reply, asked = ASKED) => {
    const { answer, asked: urls } = await fetchFrom(() => reply, asked);
    expect(urls).toHaveLength(1);
    return answer;
  };

  it('where the last trade was before the range, which it says', async () => {
    expect(await once(chart({ lastTrade: '2025-01-10T21:00:00Z' }))).toMatchObject({
      bars: [],
      note: 'the last trade was on 2025-01-10',
    });
    const within = await fetchFrom(() => chart({ lastTrade: '2025-01-13T21:00:00Z' }), ASKED);
    expect(within.asked).toHaveLength(3);
  });

  it('where the first trade came after the range', async () => {
    expect(await once(chart({ firstTrade: '2025-01-16T14:30:00Z' }))).not.toHaveProperty('note');
    const within = await fetchFrom(() => chart({ firstTrade: '2025-01-15T14:30:00Z' }), ASKED);
    expect(within.asked).toHaveLength(3);
  });

  it('where no session of the range has settled', async () => {
    const asked: Asked = { ...ASKED, range: ['2025-02-01', '2025-02-03'] };
    await once(silent, { ...asked, now: '2025-02-04T00:59:59Z' });
    await once(silent, { ...asked, range: ['2025-02-01', '2025-02-02'], now: '2025-02-04T12:00:00Z' });
    const settled = await fetchFrom(() => silent, { ...asked, now: '2025-02-04T01:00:00Z' });
    expect(settled.asked).toHaveLength(3);
  });

  it('not where Yahoo does not tell when it first or last traded', async () => {
    for (const change of [{ firstTrade: null }, { lastTrade: '1970-01-01T00:00:00Z' }]) {
      const { asked } = await fetchFrom(() => chart(change), ASKED);
      expect(asked).toHaveLength(3);
    }
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
