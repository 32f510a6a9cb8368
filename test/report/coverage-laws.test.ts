import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UNKNOWN_IDENTITY } from '../../src/core/bars.ts';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { type Coverage, learn, NOTHING_KNOWN } from '../../src/core/coverage.ts';
import { type DayRange, parseDay } from '../../src/core/day.ts';
import { ABSENCE_REASONS, firstClaim } from '../../src/core/evidence.ts';
import { isHole } from '../../src/core/unavailable.ts';
import { coverageOf } from '../../src/library/coverage.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { coverageText, staleHint } from '../../src/report/coverage-text.ts';
import type { BarStore, SeriesState } from '../../src/store/store.ts';

const START = parseDay('2026-09-01');
const NOW = Date.parse('2026-11-20T12:00:00Z');
const TICKERS = ['AAPL', 'BTC-USD', 'EURUSD=X', 'NBK.KW', '000001', '^GSPC', '2222.SR'];

const range = fc
  .tuple(fc.nat(90), fc.integer({ min: 1, max: 20 }))
  .map(([from, length]): DayRange => ({ from: START + from, to: START + from + length }));
const answer = fc
  .record({
    kind: fc.constantFrom('present', 'provisional', 'unconfirmed', 'absent'),
    range,
    reason: fc.constantFrom(...ABSENCE_REASONS),
    provider: fc.constantFrom('yahoo', 'polygon'),
  })
  .map(({ kind, range: run, reason, provider }): Coverage => {
    if (kind === 'absent')
      return { ...NOTHING_KNOWN, absent: [{ ...run, by: [firstClaim(reason, provider, NOW)] }] };
    const provisional = kind === 'present' ? [] : [run];
    const unconfirmed = kind === 'unconfirmed' ? { unconfirmed: [{ ...run, since: NOW }] } : {};
    return { present: [run], provisional, absent: [], ...unconfirmed };
  });
const state = fc
  .tuple(fc.constantFrom(...TICKERS), fc.array(answer, { maxLength: 4 }))
  .map(([ticker, answers]): SeriesState => {
    const coverage = answers.reduce((known, one) => learn(known, one), NOTHING_KNOWN);
    const about = { series: { ticker, interval: '1d' as const }, calendar: calendarFor(ticker).id, coverage };
    return { ...about, identity: UNKNOWN_IDENTITY, rows: 0, fetchedAt: NOW };
  });

/** A store of which only the scan is asked. */
function holding(states: readonly SeriesState[]): BarStore {
  const series = new Map(states.map((one) => [`${one.series.ticker} 1d`, one]));
  const scan = () => Promise.resolve({ series, actions: new Map(), setAside: [] });
  return { scan } as unknown as BarStore;
}

const { capabilities } = openSample({ id: 'sample' });
const report = (states: readonly SeriesState[], request = {}) =>
  coverageOf(holding(states), capabilities, NOW, request, undefined);

describe('the report of any store', () => {
  it('is made, whatever is known of its series, and adds up', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(state, { maxLength: 5 }),
        fc.constantFrom({}, { days: 5 }, { start: '2026-10-01', end: '2026-10-30' }),
        async (states, request) => {
          const made = await report(states, request);
          for (const one of made.series) {
            expect(one.present + one.absent + one.missing).toBe(one.expected);
            const isWhole = one.missing + one.unsure === 0 && one.unavailable.length === 0;
            const hasHoles = ABSENCE_REASONS.some((reason) => isHole(reason) && one.absentByReason[reason]);
            expect(one.standing === 'complete').toBe(isWhole && !hasHoles);
          }
          coverageText(made, { missing: true });
          staleHint(made);
        },
      ),
    );
  });

  it.each(ABSENCE_REASONS)('is made where a series has no bar and is only %s', async (reason) => {
    const tickers = ['AAPL', 'MSFT', 'IBM'];
    const absent = [{ from: START + 85, to: START + 88, by: [firstClaim(reason, 'yahoo', NOW)] }];
    const states = tickers.map((ticker): SeriesState => {
      const about = {
        series: { ticker, interval: '1d' as const },
        calendar: 'XNYS',
        rows: 0,
        fetchedAt: NOW,
      };
      return { ...about, coverage: { ...NOTHING_KNOWN, absent }, identity: UNKNOWN_IDENTITY };
    });
    expect((await report(states, { days: 5 })).series).toHaveLength(3);
    expect((await report(states)).series).toHaveLength(3);
  });
});
