import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/core/session/day.ts';
import { isInterval } from '../../src/core/session/interval.ts';
import { randomFor } from '../../src/market/random.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { tradedRows } from '../../src/market/traded-rows.ts';
import type { Distortions } from '../../src/simulator/distortion.ts';
import { FAULT_GROUPS } from '../../src/simulator/faults/faults.ts';
import { type OwnWire, ownServer } from '../../src/simulator/own-wire.ts';
import type { WireRequest } from '../../src/simulator/wire.ts';
import { NOW } from './running.ts';

const market = sampleMarket();

interface Page {
  readonly symbol: string;
  readonly currency: string;
  readonly type: string;
  readonly firstTrade: number;
  readonly splits: number;
  readonly rows: readonly { readonly ts: number; readonly close: number }[];
}

/** Renders all that a market tells, as JSON. */
const wire: OwnWire = {
  askedSeries: ({ path, query }) => ({
    symbol: decodeURIComponent(path.slice(1)),
    interval: query.get('interval'),
  }),
  answer: ({ path, query }, of, now) => {
    const listing = of.listing(decodeURIComponent(path.slice(1)));
    const interval = query.get('interval') ?? '';
    if (listing === undefined || !isInterval(interval))
      return { status: 404, headers: {}, body: '', rows: 0 };
    const asked = { from: parseDay(query.get('from') ?? ''), to: parseDay(query.get('to') ?? '') };
    const rows = tradedRows(of, listing, interval, asked, now);
    const splits = of.actions(listing.ticker).filter(({ kind }) => kind === 'split').length;
    const { ticker: symbol, currency, type, firstTrade } = listing;
    const body = JSON.stringify({ symbol, currency, type, firstTrade, splits, rows });
    return { status: 200, headers: {}, body, rows: rows.length };
  },
};
const server = ownServer(wire);

function requestOf(symbol: string, interval = '1d', from = '2020-01-02', to = '2021-01-02'): WireRequest {
  return {
    method: 'GET',
    path: `/${symbol}`,
    query: new URLSearchParams({ interval, from, to }),
    headers: {},
  };
}

/** A page before and after a distortion; null where there is nothing to distort. */
function distort(how: keyof Distortions, request = requestOf('ALFA'), now = NOW): [Page, Page] | null {
  const good = server.answer(request, market, now);
  const bad = server.distortions[how](good, { request, market, now, random: randomFor('1') });
  if (bad === null) return null;
  const page = JSON.parse(bad.body) as Page;
  expect(bad.rows).toBe(page.rows.length);
  return [JSON.parse(good.body) as Page, page];
}

const both = (how: keyof Distortions, request?: WireRequest): [Page, Page] => {
  const pages = distort(how, request);
  if (pages === null) throw new Error('left as it is');
  return pages;
};

const DISTORTIONS = Object.keys(server.distortions) as (keyof Distortions)[];

describe('a wire of one’s own', () => {
  it('has every fault of a market, of which each changes its answer', () => {
    expect(DISTORTIONS).toEqual(expect.arrayContaining([...FAULT_GROUPS.garbage]));
    // Stamps of a market are in ms, and days have one row.
    for (const how of DISTORTIONS)
      expect(distort(how) === null, how).toBe(['milliseconds', 'thin', 'stretch'].includes(how));
  });

  it('is left as it is where it has no row, or no such ticker', () => {
    for (const how of DISTORTIONS) {
      expect(distort(how, requestOf('NOPE')), how).toBe(null);
      expect(distort(how, requestOf('GLYF', '1d', '2020-03-17', '2020-03-19')), how).toBe(null);
    }
  });

  it('leaves alone what is not the point', () => {
    for (const how of ['crossed', 'duplicated', 'jump', 'half', 'unordered'] as const) {
      const [{ rows, ...good }, { rows: others, ...bad }] = both(how);
      expect(bad).toEqual(good);
      expect(others).not.toEqual(rows);
    }
    for (const how of ['no-splits', 'wrong-type', 'wrong-currency', 'recycled'] as const) {
      const [good, bad] = both(how);
      expect(bad.rows).toEqual(good.rows);
    }
  });

  it('tells of another instrument, without splits, in other units', () => {
    expect(both('wrong-currency').map(({ currency }) => currency)).toEqual(['USD', 'EUR']);
    expect(both('wrong-type').map(({ type }) => type)).toEqual(['equity', 'etf']);
    const [good, recycled] = both('recycled');
    expect(recycled.firstTrade).toBe((good.rows[126]?.ts ?? 0) / 86_400_000);
    expect(both('no-splits').map(({ splits }) => splits > 0)).toEqual([true, false]);
    const [sound, micro] = both('microseconds');
    expect(micro.rows.map(({ ts }) => ts)).toEqual(sound.rows.map(({ ts }) => ts * 1000));
  });

  it('answers for another ticker, or with its rows', () => {
    const [good, other] = both('wrong-ticker');
    expect([good.symbol, other.symbol]).toEqual(['ALFA', 'BLTZ.DE']);
    const [, rows] = both('other-series');
    expect(rows.symbol).toBe('ALFA');
    expect(rows.rows).not.toEqual(good.rows);
  });

  it('has rows on closed days where they would be', () => {
    const isSaturday = ({ ts }: { readonly ts: number }): boolean => new Date(ts).getUTCDay() === 6;
    const [, daily] = both('filler');
    expect(daily.rows.filter(isSaturday).length).toBeGreaterThan(40);
    expect(daily.rows.every(({ ts }) => ts % 86_400_000 === 0)).toBe(true);
    const [, minutes] = both('filler', requestOf('ALFA', '5m', '2026-11-02', '2026-11-14'));
    expect(new Date(minutes.rows.find(isSaturday)?.ts ?? 0).toISOString()).toBe('2026-11-07T14:30:00.000Z');
  });

  it('goes on with the open session as it is', () => {
    const open = Date.parse('2026-11-20T17:00:00Z');
    const [good, bad] = distort('half', requestOf('ALFA', '1d', '2026-11-10', '2026-11-21'), open) ?? [];
    expect([good?.rows.length, bad?.rows.length]).toEqual([9, 5]);
    expect(bad?.rows.at(-1)).toEqual(good?.rows.at(-1));
  });

  it('is left as it is where it has no words for a stamp', () => {
    const dated: OwnWire = {
      ...wire,
      answer: (request, of, now) => {
        const page = wire.answer(request, of, now);
        const dates = (JSON.parse(page.body) as Page).rows.map(({ ts }) => new Date(ts).toISOString());
        return { ...page, body: dates.join('\n') };
      },
    };
    const own = ownServer(dated);
    const request = requestOf('ALFA');
    const asked = { request, market, now: NOW, random: randomFor('1') };
    const good = own.answer(request, market, NOW);
    expect(own.distortions.nanoseconds(good, asked)).toBe(null);
    expect(own.distortions.half(good, asked)?.body).not.toBe(good.body);
  });
});
