import { readdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { expect } from 'vitest';
import type { Bar } from '../../src/core/bars/bars.ts';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { formatDay, parseDay, utcDayOf } from '../../src/core/session/day.ts';
import { isOutsideRange } from '../../src/core/checks/outside-range.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import { openProvider } from '../../src/providers/registry.ts';
import { caseOf } from '../cases.ts';
import { type Desk, desk } from './case-desk.ts';
import { realData } from '../realdata.ts';
import { storeAt, csvDesk, linesOf, CLEAN, dayByDay, dates } from './case-store.ts';

/** A good history of a thin London share: what was traded is stored as it came, and what was not is no loss. */
async function goodHistory(name: string, ticker: string): Promise<void> {
  const { run, bars, history } = csvDesk(`yahoo-histories/${name}`, '2024-10-01T12:00:00Z');
  const rows = await linesOf(`yahoo-histories/${name}/${ticker}.csv`);
  const [[start = ''] = [], [end = ''] = []] = [rows[0], rows.at(-1)];
  const summary = await run({ start, end });
  expect(summary).toMatchObject({ failed: 0, rejected: 0, failures: [] });
  const stored = new Map((await bars(ticker)).map((bar) => [formatDay(utcDayOf(bar.ts)), bar]));
  const traded = rows.filter((row) => Number(row[5]) > 0);
  for (const [day = '', open, high, low, close, volume] of traded) {
    const values = { open, high, low, close, volume };
    expect([day, stored.get(day)]).toMatchObject([
      day,
      Object.fromEntries(Object.entries(values).map(([column, value]) => [column, Number(value)])),
    ]);
  }
  const [series] = (await history.coverage({ start, end })).series;
  const priced = rows.filter((row) => row[4] !== '');
  const untraded = priced.map(([day = '']) => day).filter((day) => !stored.has(day));
  for (const day of untraded) {
    const why = series?.absences.find(({ from, to }) => from <= day && day <= to);
    expect([day, why?.reason]).toEqual([day, 'no-trades']);
  }
  const outside = [...stored.values()].filter(isOutsideRange).length;
  expect(outside).toBeGreaterThan(0);
  let text = '';
  await history.export({ tickers: [ticker], to: async (more) => void (text += more) });
  expect(text.split('\n').filter((line) => line.endsWith(',true')).length).toBe(outside);
}

/** The right answer to each folder of the cases that is read as CSV files. */
export const CSV_ANSWERS: Readonly<Record<string, () => Promise<void>>> = {
  'alphavantage-names': async () => {
    const { run, bars } = csvDesk('alphavantage-names', '2022-03-01T12:00:00Z');
    const ibm = { tickers: ['IBM'], start: '2021-08-30', end: '2022-01-20' };
    expect(await run(ibm)).toMatchObject({ ...CLEAN, bars: 100, absent: {} });
    const nvda = { tickers: ['NVDA'], start: '2021-08-31', end: '2022-02-18' };
    expect(await run(nvda)).toMatchObject({ ...CLEAN, bars: 120, absent: {} });
    expect([(await bars('IBM')).length, (await bars('NVDA')).length]).toEqual([100, 120]);
  },

  'date-time-columns': async () => {
    const { run, bars } = csvDesk('date-time-columns', '2006-03-01T12:00:00Z');
    const summary = await run({ intervals: ['5m'], start: '2006-01-02', end: '2006-01-30' });
    expect(summary).toMatchObject({ failed: 0, rejected: 0, warnings: [{ kind: 'end-stamps' }] });
    const stored = await bars('^STOXX50E', '5m');
    // Of 2,142 rows 21 may be stamped at the very end of their session.
    expect(stored.length).toBeGreaterThanOrEqual(2121);
    expect(stored.some(({ close }) => close === 3582.99)).toBe(true);
  },

  'fx-close-stamps': async () => {
    const { run, sessions } = csvDesk('fx-close-stamps', '2020-05-01T12:00:00Z');
    const summary = await run({ tickers: ['EURUSD=X'], start: '2020-04-10', end: '2020-04-27' });
    expect(summary).toMatchObject({ rejected: 0, dropped: 0, bars: 10 });
    expect(await sessions('EURUSD=X')).toEqual([
      ...dates('2020-04-13', '2020-04-17'),
      ...dates('2020-04-20', '2020-04-24'),
    ]);
  },

  'half-cent': async () => {
    const first = csvDesk('half-cent/2017', '2017-08-14T12:00:00Z');
    expect(await first.run({ start: '2012-08-13', end: '2017-08-11' })).toMatchObject({ failed: 0 });
    const source = { id: 'csv', url: realData('daily-sp500-2013-2018'), settings: { basis: 'raw' } } as const;
    const later = desk(source, '2018-03-01T12:00:00Z', storeAt('store'));
    const summary = await later.run({ tickers: ['INTC'], start: '2013-02-08', end: '2018-02-07' });
    expect(summary).toMatchObject({ failed: 0, failures: [], rejected: 0 });
    const [first5, ...more] = (await readFile(realData('daily-sp500-2013-2018/INTC_data.csv'), 'utf8'))
      .trim()
      .split('\n')
      .slice(-130)
      .map((line) => Number(line.split(',')[4]));
    const stored = await later.bars('INTC');
    expect(stored.slice(-130).map(({ close }) => close)).toEqual([first5, ...more]);
    expect(stored[0]).toMatchObject({ close: 26.69 });
    expect((await later.history.revisions({ tickers: ['INTC'] })).length).toBe(summary.revised);
  },

  'naive-local-us': async () => {
    const { run, bars } = csvDesk('naive-local-us', '2024-02-01T12:00:00Z');
    const summary = await run({ intervals: ['5m'], start: '2024-01-08', end: '2024-01-19' });
    expect(summary).toMatchObject({ ...CLEAN, bars: 702 });
    const stored = await bars('SPY', '5m');
    const calendar = calendarFor('SPY');
    const bySession = new Map<number, Bar[]>();
    for (const bar of stored) {
      const day = calendar.localDay(bar.ts);
      bySession.set(day, [...(bySession.get(day) ?? []), bar]);
    }
    expect(bySession.size).toBe(9);
    for (const [day, session] of bySession)
      expect([session.length, session[0]?.ts]).toEqual([78, calendar.session(day).open]);
    expect(stored[0]).toMatchObject({ ts: Date.parse('2024-01-08T14:30:00Z'), close: 470.01 });
  },

  'negative-oil': async () => {
    const { run, sessions, bars } = csvDesk('negative-oil', '2020-05-01T12:00:00Z');
    expect(await run({ start: '2020-04-14', end: '2020-04-24' })).toMatchObject({ failed: 0, rejected: 0 });
    expect(await sessions('CL=F')).toEqual((await linesOf('negative-oil/CL=F.csv')).map(([day]) => day));
    expect(await bars('CL=F')).toContainEqual(
      expect.objectContaining({ open: 17.73, low: -40.32, close: -37.63, volume: 247947 }),
    );
  },

  'no-volume': async () => {
    const spx = csvDesk('no-volume', '1950-02-01T12:00:00Z', 'spx');
    const summary = await spx.run({ tickers: ['^SPX'], start: '1949-12-27', end: '1950-01-09' });
    expect(summary).toMatchObject(CLEAN);
    const volumes = [0, 0, 0, 0, 1_260_000, 1_890_000, 2_550_000, 0, 2_520_000];
    expect((await spx.bars('^SPX')).map(({ volume }) => volume)).toEqual(volumes);
    const euro = csvDesk('no-volume', '2024-06-01T12:00:00Z', 'euro');
    expect(await euro.run({ tickers: ['EURUSD=X'], start: '2024-05-10', end: '2024-05-17' })).toMatchObject({
      ...CLEAN,
      bars: 6,
    });
    expect((await euro.bars('EURUSD=X')).map(({ volume }) => volume)).toEqual([0, 0, 0, 0, 0, 0]);
  },

  'odd-names': async () => {
    const { run, bars } = csvDesk('odd-names', '2020-08-01T12:00:00Z');
    const provider = await openProvider(
      { id: 'csv', url: caseOf('odd-names'), settings: { basis: 'raw' } },
      OPEN_GATE,
    );
    const tickers = await provider.listTickers();
    const notes = (provider.notes?.() ?? []).join('\n');
    const files = readdirSync(caseOf('odd-names'));
    const unread = files.filter((file) => notes.includes(file));
    expect(tickers.length + unread.length).toBe(files.length);
    expect(tickers).toEqual(expect.arrayContaining(['GM', 'VZ', 'WMT', 'XOM']));
    expect(await run({ start: '2020-06-01', end: '2020-06-30' })).toMatchObject({
      ...CLEAN,
      series: tickers.length,
    });
    for (const ticker of tickers) expect([ticker, (await bars(ticker)).length]).toEqual([ticker, 22]);
  },

  'round-trip': async () => {
    const { run, history } = csvDesk('round-trip', '2020-08-01T12:00:00Z');
    expect(await run({ start: '2020-06-01', end: '2020-06-30' })).toMatchObject({ ...CLEAN, bars: 22 });
    let text = '';
    await history.export({ tickers: ['WMT'], to: async (more) => void (text += more) });
    const before = (await readFile(caseOf('round-trip/WMT.csv'), 'utf8')).trim().split('\n');
    const after = text.trim().split('\n');
    expect(after.map((line) => line.split(',').slice(0, 10).join())).toEqual(before);
  },

  'saudi-topup': async () => {
    const rows = (await linesOf('saudi-topup/2222.SR.csv')).map(([day = '']) => day);
    const whole = csvDesk('saudi-topup', '2020-07-15T12:00:00Z', 'whole');
    const range = { tickers: ['2222.SR'], start: '2019-12-11', end: '2020-06-30' };
    expect(await whole.run(range)).toMatchObject({ failed: 0, rejected: 0, dropped: 0, bars: rows.length });
    expect(await whole.sessions('2222.SR')).toEqual(rows);
    const open = (now: string): Desk => csvDesk('saudi-topup', now, 'daily');
    await csvDesk('saudi-topup', '2020-05-31T23:00:00Z', 'daily').run({ ...range, end: '2020-05-31' });
    const daily = await dayByDay(open, '2222.SR', dates('2020-06-01', '2020-07-02'));
    expect(await daily?.sessions('2222.SR')).toEqual(rows);
  },

  'utc-daily': async () => {
    const { run, bars } = csvDesk('utc-daily', '2024-02-01T12:00:00Z');
    for (const ticker of ['QAN.AX', '7203.T']) {
      const rows = await linesOf(`utc-daily/${ticker}.csv`);
      const expected = rows.map(([stamp = '', open]) => [parseDay(stamp.slice(0, 10)) + 1, Number(open)]);
      const [first = 0, last = 0] = [expected[0]?.[0], expected.at(-1)?.[0]];
      const range = { start: formatDay(first), end: formatDay(last) };
      expect(await run({ tickers: [ticker], ...range })).toMatchObject(CLEAN);
      expect((await bars(ticker)).map(({ ts, open }) => [utcDayOf(ts), open])).toEqual(expected);
    }
  },

  'weekly-as-daily': async () => {
    const { run, bars, history } = csvDesk('weekly-as-daily', '2007-03-01T12:00:00Z');
    const said = await run({ start: '2006-01-06', end: '2006-12-29' }).then(
      ({ failures, absent }) => {
        expect(absent).toEqual({});
        return failures.map(({ message }) => message).join('\n');
      },
      (error: unknown) => String(error),
    );
    expect(said).toMatch(/week/);
    expect(await bars('^STOXX50E')).toEqual([]);
    expect((await history.scan()).series.size).toBe(0);
  },

  'yahoo-histories': async () => {
    await goodHistory('ELCO-L-1d-bad-div-fixed', 'ELCO.L');
    await rm(storeAt('store'), { recursive: true });
    await goodHistory('TENT-L-1d-bad-div-fixed', 'TENT.L');
    await rm(storeAt('store'), { recursive: true });
    await goodHistory('PSH-L-1d-bad-div-fixed', 'PSH.L');
    const wrong = csvDesk('yahoo-histories/PSH-L-1d-bad-div', '2024-10-01T12:00:00Z', 'wrong');
    await wrong.run({ start: '2022-01-04', end: '2024-08-22' });
    const { warnings } = await wrong.history.issues();
    expect(warnings.filter(({ kind }) => kind === 'dividend-size').length).toBeGreaterThan(0);
    const doubts = [
      ...(await wrong.history.unadjustable({ adjust: 'all' })),
      ...(await wrong.history.doubtfulDividends({ adjust: 'all' })),
    ];
    expect(doubts.filter((line) => line.includes('PSH.L')).length).toBeGreaterThan(0);
  },
};
