import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bar, Dashboard, History } from '../../src/index.ts';
import { NOON } from '../store/fixtures.ts';
import { ask } from './ask.ts';
import { AAPL, bytes, type Served, serveWeek } from './served-week.ts';

let served: Served;
let history: History;
let dashboard: Dashboard;
beforeAll(async () => {
  served = await serveWeek();
  ({ history, dashboard } = served);
});
afterAll(() => served.close());

const asked: Served['asked'] = (query, headers) => served.asked(query, headers);
const json = <T>(query: string): Promise<T> => served.json<T>(query);

/** A number of an adjusted bar as text has it. */
const inText = (value: number): number => Number(value.toPrecision(15));

/** The bars of a read as JSON has them. */
function asRows(ticker: string, bars: readonly Bar[], adjusted?: string): Record<string, unknown>[] {
  const shown = (value: number | null): number | null =>
    value === null || Number.isNaN(value) ? null : adjusted === undefined ? value : inText(value);
  return bars.map(({ ts, open, high, low, close, volume, vwap, trades, source }) => ({
    ...{ ticker, ts: new Date(ts).toISOString().slice(0, 10) },
    ...{ open: shown(open), high: shown(high), low: shown(low), close: shown(close) },
    ...{ volume: shown(volume), vwap: shown(vwap), trades: shown(trades), source },
    is_final: !new Date(ts).toISOString().startsWith('2026-02-27'),
    outside_range: Math.max(open, close) > high,
    ...(adjusted !== undefined && { adjusted }),
  }));
}

interface Bars {
  readonly rows: number;
  readonly bars: readonly Record<string, unknown>[];
  readonly verdict: { readonly complete: boolean };
}

describe('bars over HTTP', () => {
  it.each(['none', 'splits', 'all'] as const)(
    'are those of a read adjusted for %s, in each format',
    async (adjust) => {
      const read = await history.read(AAPL, { adjust });
      const rows = asRows('AAPL', read, adjust === 'none' ? undefined : adjust);
      expect(rows).toHaveLength(5);
      const query = `bars?tickers=aapl&adjust=${adjust}`;
      expect((await json<Bars>(query)).bars).toEqual(rows);

      const lines = (await asked(`${query}&format=ndjson`)).body.split('\n');
      expect(lines.slice(0, -1).map((line) => JSON.parse(line) as unknown)).toEqual(rows);

      const csv = (await asked(`${query}&format=csv`)).body;
      let exported = '';
      await history.export({ tickers: 'AAPL', adjust, to: async (text) => void (exported += text) });
      expect(csv).toBe(exported);
      expect(csv.split('\n')).toHaveLength(7);

      const table = tableFromIPC(await bytes(`${query}&format=arrow`, dashboard));
      const exact = read.map(({ fetchedAt: _at, ts, volume, ...bar }, i) => {
        const { is_final, outside_range, adjusted } = rows[i] ?? {};
        const flags = { is_final, outside_range, ...(adjusted !== undefined && { adjusted }) };
        return { ticker: 'AAPL', ts, ...bar, volume: Number.isNaN(volume) ? null : volume, ...flags };
      });
      expect(table.toArray().map((row: { toJSON(): object }) => row.toJSON())).toEqual(exact);
    },
  );

  it('are of several tickers, one after the other, and of a range, with the columns that are named', async () => {
    const range = 'start=2026-02-24&end=2026-02-26';
    const { bars, ...said } = await json<Bars>(
      `bars?tickers=MSFT&tickers=AAPL&${range}&columns=close,fetchedAt`,
    );
    const fetched_at = new Date(NOON).toISOString().replace('.000', '');
    expect(bars).toEqual([
      { ticker: 'MSFT', ts: '2026-02-24', close: 101, fetched_at, is_final: true },
      ...['24', '25', '26'].map((day) => ({
        ticker: 'AAPL',
        ts: `2026-02-${day}`,
        close: 101,
        fetched_at,
        is_final: true,
      })),
    ]);
    expect(said).toMatchObject({
      interval: '1d',
      adjust: 'none',
      start: '2026-02-24',
      end: '2026-02-26',
      rows: 4,
    });
    const { body } = await asked(
      'bars?tickers=AAPL&interval=1h&columns=close&format=csv&asOf=2026-02-26T16:00:00Z',
    );
    expect(body).toBe('ticker,ts,close,is_final\nAAPL,2026-02-26T14:30:00Z,101,true\n');
  });

  it('say what is lacking of them: in brief in each answer, wholly in JSON and Arrow', async () => {
    const query = 'bars?tickers=AAPL,MSFT&start=2026-02-23&end=2026-02-27';
    const series = [AAPL, { ticker: 'MSFT', interval: '1d' } as const];
    const verdict = await history.batches(series, { start: '2026-02-23', end: '2026-02-27' }).verdict();
    expect(verdict).toMatchObject({ complete: false, lacks: [{ sessions: 1 }, { sessions: 2 }] });
    const { headers, body } = await asked(query);
    expect(headers).toMatchObject({ 'backfill-complete': 'false', 'backfill-lacking': '3' });
    expect(JSON.parse(body)).toMatchObject({ verdict });
    const { schema } = tableFromIPC(await bytes(`${query}&format=arrow`, dashboard));
    expect(JSON.parse(schema.metadata.get('backfill') ?? '')).toMatchObject({ verdict });
    const whole = await asked('bars?tickers=MSFT&end=2026-02-25&format=csv&require=complete');
    expect(whole.headers).toMatchObject({ 'backfill-complete': 'true', 'backfill-lacking': '0' });
  });

  it('are of what was known at an instant, however it is written', async () => {
    const query = 'bars?tickers=AAPL&interval=1h&columns=close&format=csv&asOf=';
    const { body } = await asked(`${query}2026-02-26T16:00:00Z`);
    expect(body.split('\n')).toHaveLength(3);
    for (const asOf of [Date.parse('2026-02-26T16:00Z'), '2026-02-26T17:00:00%2B01:00'])
      expect((await asked(query + asOf)).body).toBe(body);
  });

  it('that are to be complete and are not come not at all, and it is said which lack', async () => {
    const query = 'bars?tickers=MSFT&require=complete&format=csv';
    const { status, headers, body } = await asked(query);
    const brief = { 'backfill-complete': 'false', 'backfill-lacking': '2' };
    expect(headers).toMatchObject(brief);
    const head = await ask(dashboard.url, `/api/${query}`, {}, 'HEAD');
    expect([head.status, head.headers, head.body]).toMatchObject([409, brief, '']);
    expect([status, JSON.parse(body)]).toEqual([
      409,
      {
        error: {
          code: 'incomplete',
          message:
            'the history is not complete: MSFT 1d lacks 2 sessions (2026-02-26..2026-02-27); fill it first',
        },
        verdict: await history.batches({ ticker: 'MSFT', interval: '1d' }).verdict(),
      },
    ]);
  });

  it('are none where there are none in the range, in a whole answer', async () => {
    const query = 'bars?tickers=AAPL&end=2026-02-20&columns=close';
    expect(await json<Bars>(query)).toMatchObject({ bars: [], rows: 0 });
    expect((await asked(`${query}&format=csv`)).body).toBe('ticker,ts,close,is_final\n');
    expect((await asked(`${query}&format=ndjson`)).body).toBe('');
    expect(tableFromIPC(await bytes(`${query}&format=arrow`, dashboard)).numRows).toBe(0);
  });

  it.each([
    ['*/*', 'application/json'],
    ['text/html,application/xml;q=0.9,*/*;q=0.8', 'application/json'],
    ['text/*', 'text/csv; charset=utf-8; header=present'],
    ['application/json;q=0.5, text/csv', 'text/csv; charset=utf-8; header=present'],
    ['application/vnd.apache.arrow.stream', 'application/vnd.apache.arrow.stream'],
    ['application/x-ndjson, */*;q=0', 'application/x-ndjson'],
  ])('come in the format that "%s" likes best', async (accept, type) => {
    const { status, headers } = await asked('bars?tickers=AAPL', { accept });
    expect([status, headers['content-type']]).toEqual([200, type]);
  });

  it.each<[query: string, status: number, code: string, message: RegExp | string]>([
    ['bars', 400, 'usage', /^tickers "": names no ticker.*\/api\/series/],
    ['bars?tickers=AAPL,', 400, 'usage', /^tickers "AAPL,": names no ticker, or one without a name/],
    ['bars?tickers=all', 400, 'usage', /^tickers "all": leave tickers out for all, .* the share ALL is/],
    ['bars?tickers=MSFT,all', 400, 'usage', /^tickers "MSFT,all": leave/],
    ['coverage?tickers=all', 400, 'usage', /^tickers "all": leave tickers out for all/],
    ['series?tickers=all', 400, 'usage', /^tickers "all": leave tickers out for all/],
    ['coverage?tickers=ALL', 404, 'not-stored', 'ALL 1d is not in the store'],
    ['series?tickers=NOPE', 404, 'not-stored', 'NOPE is not in the store'],
    ['series?tickers=AAPL,NOPE&interval=1h', 404, 'not-stored', 'NOPE 1h is not in the store'],
    ['series?tickers=MSFT&interval=1h', 404, 'not-stored', 'MSFT 1h is not in the store'],
    ['coverage?interval=2h', 400, 'unsupported-interval', /^interval "2h"/],
    ['bars?tickers=AAPL&asOf=20260224', 400, 'invalid-date', /^asOf "20260224" .*YYYY-MM-DD, an instant/],
    [
      'bars?tickers=AAPL&asOf=1771948800',
      400,
      'invalid-date',
      /^asOf "1771948800" .* or ms since the epoch$/,
    ],
    ['bars?tickers=AAPL&asOf=99999999999999999', 400, 'usage', /^asOf 99999999999999999: must be|^asOf 1/],
    [
      'bars?tickers=AAPL&asOf=2026-02-24T16:00:00+01:00',
      400,
      'invalid-date',
      'asOf "2026-02-24T16:00:00 01:00": a + in an address is a space; write that of the zone as %2B',
    ],
    ['bars?tickers=A%20B', 400, 'invalid-ticker', /A B/],
    ['bars?tickers=AAPL&interval=2h', 400, 'unsupported-interval', /^interval "2h": .* 1m, 5m, 15m, 1h, 1d$/],
    ['bars?tickers=AAPL&ajust=all', 400, 'usage', '/api/bars has no option "ajust"; did you mean adjust?'],
    ['bars?tickers=AAPL&adjust=dividends', 400, 'usage', /"dividends"; there are none, splits, all$/],
    ['bars?tickers=AAPL&start=yesterday', 400, 'invalid-date', /^start "yesterday"/],
    [
      'bars?tickers=AAPL&start=2026-02-25&end=2026-02-24',
      400,
      'usage',
      /start 2026-02-25 is after end 2026-02-24/,
    ],
    [
      'bars?tickers=AAPL&start=2026-02-25&start=2026-02-24',
      400,
      'usage',
      /^start "2026-02-24": is given twice/,
    ],
    ['bars?tickers=AAPL&asOf=now', 400, 'invalid-date', /^asOf "now"/],
    ['bars?tickers=AAPL&require=all', 400, 'usage', 'require "all": must be "complete"'],
    ['bars?tickers=AAPL&columns=close,vola', 400, 'usage', /^columns "vola": there is no such column/],
    [
      'bars?tickers=AAPL&format=xlsx',
      400,
      'usage',
      'format "xlsx": there is no such format; there are json, ndjson, csv, arrow',
    ],
    ['bars?tickers=AAPL,NOPE', 404, 'not-stored', 'NOPE 1d is not in the store'],
    ['bars?tickers=AAPL&interval=1m', 404, 'not-stored', 'AAPL 1m is not in the store'],
    ['bars?tickers=MSFT,AAPL&interval=1d&adjust=all', 409, 'basis-unknown', /^MSFT 1d cannot be adjusted/],
    ['coverage?tickers=NOPE', 404, 'not-stored', 'NOPE 1d is not in the store'],
    ['coverage?interval=1m', 404, 'not-stored', 'the store has no series of the interval 1m'],
    ['coverage?adjust=all', 400, 'usage', /^\/api\/coverage has no option "adjust"; there are tickers/],
    ['coverage?end=2026', 400, 'invalid-date', /^end "2026"/],
    ['series?tickers=', 400, 'usage', /names no ticker/],
    ['series?interval=2h', 400, 'unsupported-interval', /^interval "2h"/],
    [
      'prices',
      404,
      'usage',
      'there is nothing at /api/prices; there are /api/bars, /api/coverage, /api/series',
    ],
  ])('%s is refused in a line', async (query, status, code, message) => {
    const answer = await asked(query);
    expect([answer.status, answer.headers['content-type']]).toEqual([
      status,
      'application/json; charset=utf-8',
    ]);
    expect(answer.body).toMatch(/^[^\n]+\n$/);
    const matching = typeof message === 'string' ? message : expect.stringMatching(message);
    expect(JSON.parse(answer.body)).toEqual({ error: { code, message: matching } });
  });

  it('cannot be had as anything else', async () => {
    const { status, body } = await asked('bars?tickers=AAPL', { accept: 'image/png' });
    expect([status, JSON.parse(body)]).toMatchObject([
      406,
      { error: { message: /application\/json, .*text\/csv/ } },
    ]);
  });
});
