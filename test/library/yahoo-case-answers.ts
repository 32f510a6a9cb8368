import { expect } from 'vitest';
import type { Desk } from './case-desk.ts';
import { yahooDesk, dayByDay, dates } from './case-store.ts';

/** The right answer to each folder of the cases that Yahoo would answer with. */
export const YAHOO_ANSWERS: Readonly<Record<string, () => Promise<void>>> = {
  'checkdata-crash-yahoo': async () => {
    const { run, bars, report } = await yahooDesk('checkdata-crash-yahoo', '2026-11-21T02:00:00Z');
    await run({ tickers: ['GOOD', 'NULLS'], days: 15 });
    await run({ tickers: ['NEWIPO'], days: 5 });
    expect((await bars('GOOD')).length).toBe(15);
    expect([await bars('NULLS'), await bars('NEWIPO')]).toEqual([[], []]);
    const lines = await report();
    for (const ticker of ['GOOD', 'NULLS', 'NEWIPO'])
      expect(lines.filter((line) => line.startsWith(`${ticker} `))).toHaveLength(1);
    expect(lines.find((line) => line.startsWith('Series: '))).toMatch(/^Series: 3 {2}Complete: 1 /);
  },

  'yahoo-div-currency': async () => {
    const { run, bars, history } = await yahooDesk('yahoo-div-currency', '2024-06-10T12:00:00Z');
    const summary = await run({ tickers: ['HSBA.L'], start: '2024-04-22', end: '2024-06-07' });
    expect(summary).toMatchObject({ failed: 0, rejected: 0, bars: 33 });
    const raw = await bars('HSBA.L');
    const adjusted = await history
      .read({ ticker: 'HSBA.L', interval: '1d' }, { adjust: 'all' })
      .catch((error: unknown) => String(error));
    if (typeof adjusted === 'string') expect(adjusted).toMatch(/dividend of 0\.31 .*USD/);
    else {
      const factor = (adjusted[0]?.close ?? 0) / (raw[0]?.close ?? 1);
      expect(Math.abs(1 - factor - 0.31 / 690)).toBeGreaterThan(1e-4);
    }
  },

  'yahoo-kw-sunday': async () => {
    const end = '2024-05-30';
    const whole = await yahooDesk('yahoo-kw-sunday', '2024-05-31T12:00:00Z', 'whole');
    const range = { tickers: ['NBK.KW'], start: '2024-04-14', end };
    expect(await whole.run(range)).toMatchObject({ failed: 0, rejected: 0, bars: 35 });
    const sessions = await whole.sessions('NBK.KW');
    expect(sessions.filter((day) => new Date(day).getUTCDay() === 0)).toHaveLength(7);
    const early = await yahooDesk('yahoo-kw-sunday', '2024-05-10T12:00:00Z', 'daily');
    await early.run({ ...range, end: '2024-05-09' });
    const open = (now: string): Promise<Desk> => yahooDesk('yahoo-kw-sunday', now, 'daily');
    const daily = await dayByDay(open, 'NBK.KW', dates('2024-05-11', '2024-06-01'));
    expect(await daily?.sessions('NBK.KW')).toEqual(sessions);
  },

  'yahoo-split-zero': async () => {
    const { run, bars, history } = await yahooDesk('yahoo-split-zero', '2023-02-15T12:00:00Z');
    const tickers = ['ALAAA.PA', 'ALBBB.PA', 'ALCBI.PA'];
    const summary = await run({ tickers, start: '2022-11-14', end: '2023-01-31' });
    // Of 57 rows one is of 26 December, on which Paris is closed.
    expect(summary).toMatchObject({ failed: 0, bars: 3 * 56 });
    for (const ticker of tickers) {
      expect([ticker, (await bars(ticker)).length]).toEqual([ticker, 56]);
      expect(await history.actions(ticker)).toEqual([]);
    }
    const { rejected } = await history.issues();
    const ofSplits = rejected.filter(({ reason }) => reason.includes('split'));
    expect(ofSplits.map(({ ticker }) => ticker).toSorted()).toEqual(tickers);
  },
};
