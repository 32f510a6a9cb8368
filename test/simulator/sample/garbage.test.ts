import { describe, expect, it } from 'vitest';
import type { Market } from '../../../src/market/market.ts';
import { randomFor } from '../../../src/market/random.ts';
import { sampleMarket } from '../../../src/market/sample.ts';
import type { Distortions } from '../../../src/simulator/distortion.ts';
import { FAULT_GROUPS } from '../../../src/simulator/faults/faults.ts';
import { sample } from '../../../src/simulator/sample/index.ts';
import type { WireRequest } from '../../../src/simulator/wire.ts';
import { NOW } from '../running.ts';

const market = sampleMarket();
const server = sample('named');
const garbage = FAULT_GROUPS.garbage as readonly (keyof Distortions)[];

interface Series {
  readonly symbol: string;
  readonly currency: string;
  readonly type: string;
  readonly firstTrade: string;
  readonly actions: readonly { readonly kind: string }[];
  readonly bars: readonly (readonly (number | null)[])[];
}

function requestOf(symbols: string, interval = '1d', from = '2020-01-02', to = '2021-01-02'): WireRequest {
  const query = new URLSearchParams({ symbols, interval, from, to });
  return { method: 'GET', path: '/v1/bars', query, headers: {} };
}

/** The series of a page before and after a distortion; null where there is nothing to distort. */
function distort(how: keyof Distortions, request = requestOf('ALFA,BRIQ'), of: Market = market) {
  const good = server.answer(request, of, NOW);
  const asked = { request, market: of, now: NOW, random: randomFor('1') };
  const bad = server.distortions[how](good, asked);
  if (bad === null) return null;
  const seriesIn = (body: string): Series[] => (JSON.parse(body) as { series: Series[] }).series;
  const [before, after] = [seriesIn(good.body), seriesIn(bad.body)];
  expect(bad.rows).toBe(after.reduce((sum, { bars }) => sum + bars.length, 0));
  return { before, after };
}

function firstOf(how: keyof Distortions, request?: WireRequest): [good: Series, bad: Series] {
  const both = distort(how, request);
  const [good] = both?.before ?? [];
  const [bad] = both?.after ?? [];
  if (good === undefined || bad === undefined) throw new Error('left as it is');
  return [good, bad];
}

describe('garbage of a server of lists', () => {
  it.each(garbage.filter((how) => !['thin', 'stretch', 'empty'].includes(how)))(
    '%s: is of the first series of a page alone',
    (how) => {
      const { before, after } = distort(how) ?? { before: [], after: [] };
      expect(after[0]).not.toEqual(before[0]);
      expect(after.slice(1)).toEqual(before.slice(1));
    },
  );

  it('empty: that series is on no page', () => {
    expect(distort('empty')?.after.map(({ symbol }) => symbol)).toEqual(['BRIQ']);
  });

  it('stretch: a third of the rows of a session of the first series are x10', () => {
    const { before, after } =
      distort('stretch', requestOf('ALFA,BRIQ', '5m', '2026-11-02', '2026-11-10')) ?? {};
    const isChanged = (i: number): boolean => after?.[0]?.bars[i]?.[1] !== before?.[0]?.bars[i]?.[1];
    const places = (before?.[0]?.bars ?? []).map((_, i) => i).filter(isChanged);
    expect(places).toHaveLength(26);
    expect((places.at(-1) ?? 0) - (places[0] ?? 0)).toBe(25);
    expect(after?.slice(1)).toEqual(before?.slice(1));
  });

  it('thin: of some sessions every fourth row', () => {
    const [good, bad] = firstOf('thin', requestOf('ALFA', '5m', '2026-11-02', '2026-11-10'));
    expect(bad.bars.length).toBeLessThan(good.bars.length);
    expect(bad.bars.length).toBeGreaterThan(good.bars.length / 2);
  });

  it.each(garbage)('%s: none of an answer without rows or of an error', (how) => {
    expect(distort(how, requestOf('GLYF', '1d', '2020-03-17', '2020-03-19'))).toBe(null);
    expect(distort(how, requestOf('NOPE'))).toBe(null);
  });

  it('tells of another instrument in its own words', () => {
    const [good, wrong] = firstOf('wrong-currency');
    expect([good.currency, wrong.currency]).toEqual(['USD', 'EUR']);
    const [, other] = firstOf('wrong-type');
    expect([good.type, other.type]).toEqual(['equity', 'etf']);
    const [, recycled] = firstOf('recycled');
    expect(new Date(good.bars[126]?.[0] ?? 0).toISOString()).toMatch(recycled.firstTrade);
  });

  it('counts stamps in ms, of which a second has a thousand', () => {
    expect(distort('milliseconds')).toBe(null);
    const [good, bad] = firstOf('microseconds');
    expect(bad.bars[0]?.[0]).toBe((good.bars[0]?.[0] ?? 0) * 1000);
  });

  it('leaves splits out and prices as they are', () => {
    const [good, bad] = firstOf('no-splits');
    expect(good.actions.filter(({ kind }) => kind === 'split')).not.toEqual([]);
    expect(bad).toEqual({ ...good, actions: good.actions.filter(({ kind }) => kind !== 'split') });
  });

  it('has rows on closed days where they would be, by the day and within it', () => {
    const isSaturday = ([ts]: readonly (number | null)[]): boolean => new Date(ts ?? 0).getUTCDay() === 6;
    const [, daily] = firstOf('filler');
    expect(daily.bars.filter(isSaturday).length).toBeGreaterThan(40);
    expect(daily.bars.every(([ts = 0]) => (ts ?? 0) % 86_400_000 === 0)).toBe(true);
    const [, minutes] = firstOf('filler', requestOf('ALFA', '5m', '2026-11-02', '2026-11-14'));
    const saturday = minutes.bars.find(isSaturday);
    expect(new Date(saturday?.[0] ?? 0).toISOString()).toBe('2026-11-07T14:30:00.000Z');
  });

  it('answers for another ticker, or with its rows', () => {
    const { after } = distort('wrong-ticker') ?? { after: [] };
    expect(after.map(({ symbol }) => symbol)).toEqual(['BLTZ.DE']);
    const [good, bad] = firstOf('other-series');
    expect(bad.symbol).toBe('ALFA');
    expect(bad.bars).not.toEqual(good.bars);
  });
});
