import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { barAt } from '../../../src/core/bars/columns.ts';
import { formatDay, parseDay, utcDayOf } from '../../../src/core/session/day.ts';
import { marketParts } from '../../../src/providers/market-parts.ts';
import type { BarAnswer, PartOf } from '../../../src/providers/provider.ts';
import { REAL_DATA, describeWith } from '../../needs.ts';
import { hasRealData, realData } from '../../realdata.ts';
import { NOTHING, isBars, polygonThatAnswers, stopServers } from './serving.ts';

// Recorded answers against what a script of another language read in them.

afterEach(stopServers);

/** Session, open, high, low, close, volume, vwap, trades. */
type Row = readonly [date: string, ...values: number[]];

interface Expected {
  readonly bars: Readonly<Record<string, { rows: number; first: Row; last: Row }>>;
  readonly grouped: Readonly<
    Record<
      string,
      {
        session: string;
        symbols: number;
        said: number;
        first: readonly [string, ...Row];
        last: readonly [string, ...Row];
      }
    >
  >;
  readonly tickers: Readonly<Record<string, { members: readonly (readonly string[])[]; next: boolean }>>;
  readonly actions: Readonly<
    Record<string, readonly (readonly [ticker: string, day: string, value: number])[]>
  >;
  readonly errors: Readonly<Record<string, string>>;
  /** Of an answer that has no bars of one ticker: what it is as an answer to a request for them. */
  readonly others: Readonly<Record<string, string>>;
  /** What its files of a session have, which are read elsewhere. */
  readonly flat: object;
}

interface Refusal {
  readonly case: string;
  readonly status: number;
  readonly body: string | null;
}

const expected = JSON.parse(readFileSync(new URL('expected.json', import.meta.url), 'utf8')) as Expected;

const recorded = (name: string): string => readFileSync(realData(`http/polygon/${name}`), 'utf8');

const REFUSALS = hasRealData ? (JSON.parse(recorded('errors.json')) as readonly Refusal[]) : [];

/** The same answer to a request for prices as they were traded: those that were recorded were asked for adjusted, and say so. */
function asTraded(body: string): string {
  return body.replace(/"adjusted":\s*true/, '"adjusted":false');
}

/** Long after all that was recorded. */
const NOW = Date.parse('2026-11-20T12:00:00Z');

function answerIn<Answer>(part: PartOf<Answer> | undefined): Answer {
  if (part !== undefined && 'answer' in part) return part.answer;
  throw new Error(`no answer: ${String(part?.error)}`);
}

function rowsOf({ bars }: Pick<BarAnswer, 'bars'>): Row[] {
  return Array.from({ length: bars.length }, (_, i): Row => {
    const { ts, open, high, low, close, volume, vwap, trades } = barAt(bars, i);
    return [formatDay(utcDayOf(ts)), open, high, low, close, volume, vwap ?? 0, trades ?? 0];
  });
}

describeWith(REAL_DATA)('recorded answers', () => {
  it.each(Object.entries(expected.bars))('are read as they are: %s', async (name, { rows, first, last }) => {
    const { provider } = await polygonThatAnswers(({ path }) =>
      isBars(path) ? { body: asTraded(recorded(name)) } : undefined,
    );
    const range = { from: parseDay(first[0]), to: parseDay(last[0]) + 1 };
    const answer = await provider.fetchBars({ series: { ticker: 'AAPL', interval: '1d' }, range, now: NOW });
    const read = rowsOf(answer);
    expect([read.length, read[0], read.at(-1)]).toEqual([rows, first, last]);
    expect(answer).toMatchObject({ wireBasis: 'raw', dropped: 0, unusable: [] });
  });

  it('of adjusted prices are refused, which all of them are', async () => {
    for (const name of Object.keys(expected.bars)) {
      const { provider } = await polygonThatAnswers(({ path }) =>
        isBars(path) ? { body: recorded(name) } : undefined,
      );
      const range = { from: parseDay('2003-01-02'), to: parseDay('2026-01-02') };
      const asking = provider.fetchBars({ series: { ticker: 'AAPL', interval: '1d' }, range, now: NOW });
      await expect(asking, name).rejects.toMatchObject({ code: 'bad-answer', retryable: false });
    }
  });

  it('have nothing of which nothing is expected', () => {
    const files = readdirSync(realData('http/polygon'), { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile() && one.name !== 'INDEX.json')
      .map(({ parentPath, name }) => relative(realData('http/polygon'), join(parentPath, name)));
    const { errors, ...others } = expected;
    const stated = [...Object.values(others).flatMap(Object.keys), 'errors.json'];
    expect(stated.toSorted()).toEqual(files.toSorted());
    expect(REFUSALS.map((one) => one.case).toSorted()).toEqual(Object.keys(errors).toSorted());
  });

  it.each(Object.entries(expected.others))('that have no bars are no bars: %s', async (name, code) => {
    const { provider } = await polygonThatAnswers(({ path }) =>
      isBars(path) ? { body: recorded(name) } : undefined,
    );
    const range = { from: parseDay('2003-01-02'), to: parseDay('2026-01-02') };
    const asking = provider.fetchBars({ series: { ticker: 'AAPL', interval: '1d' }, range, now: NOW });
    await expect(asking).rejects.toMatchObject({ code });
  });

  it.each(Object.entries(expected.grouped))(
    'of all shares are of the session that was asked for: %s',
    async (name, { session, symbols, said, first, last }) => {
      const cut = recorded(name);
      const whole = asTraded(cut.replaceAll(String(said), String(symbols)));
      const at = { interval: '1d', session: parseDay(session), now: NOW } as const;
      const beside = async (body: string) => {
        const { provider } = await polygonThatAnswers(({ path }) =>
          path.startsWith('/v2/aggs/grouped/') ? { body } : undefined,
        );
        return provider.fetchMarket?.(at);
      };
      const parts = marketParts((await beside(whole)) ?? { parts: [] });
      expect(parts).toHaveLength(symbols);
      const read = parts.map((part) => [part.ticker, ...rowsOf(answerIn(part)).flat()]);
      expect([read[0], read.at(-1)]).toEqual([first, last]);
      // With the counts of all of them the rows are those of a cut answer, of which nobody knows whose are missing.
      await expect(
        beside(whole.replace(`"resultsCount":${symbols}`, `"resultsCount":${said}`)),
      ).rejects.toMatchObject({
        code: 'bad-answer',
      });
      await expect(beside(cut)).rejects.toMatchObject({ code: 'bad-answer' });
      const { provider } = await polygonThatAnswers(({ path }) =>
        path.startsWith('/v2/aggs/grouped/') ? { body: whole } : undefined,
      );
      // The Monday after.
      await expect(provider.fetchMarket?.({ ...at, session: at.session + 3 })).rejects.toMatchObject({
        code: 'bad-answer',
        message: expect.stringContaining('is of 2019-02-01, asked for 2019-02-04') as unknown,
      });
    },
  );

  it.each(Object.entries(expected.actions))('of splits and dividends: %s', async (name, stated) => {
    const { provider } = await polygonThatAnswers(({ path }) => ({
      body: path === `/${name.replace('.json', '')}` ? recorded(name) : NOTHING,
    }));
    const kind = name.includes('splits') ? 'split' : 'dividend';
    for (const symbol of new Set(stated.map(([one]) => one))) {
      const ticker = symbol.replace('.', '-');
      const asked = {
        tickers: [ticker],
        range: { from: parseDay('2019-01-02'), to: parseDay('2019-02-01') },
      };
      const { actions } = answerIn((await provider.fetchActions?.({ ...asked, now: NOW }))?.[0]);
      const own = stated.filter(([one]) => one === symbol).toSorted(([, a], [, b]) => (a < b ? -1 : 1));
      expect(actions).toEqual(
        own.map(([, day, value]) => ({
          ...{ kind, exDay: parseDay(day) },
          ...(kind === 'split' ? { ratio: value } : { amount: value }),
        })),
      );
    }
  });

  it('of tickers follow each other over their pages', async () => {
    const [first = '', , second = ''] = Object.keys(expected.tickers);
    const { provider, asked } = await polygonThatAnswers(({ query }) => {
      if (query.get('active') === 'true') return { body: recorded(first) };
      return query.has('cursor') ? { body: recorded(second) } : undefined;
    });
    const members = await provider.discover?.({ categories: ['us_equities', 'etf'], asOf: null, now: NOW });
    expect(members?.map(({ ticker, type, exchange }) => [ticker, type, exchange])).toEqual([
      ...(expected.tickers[first]?.members ?? []),
      ...(expected.tickers[second]?.members ?? []),
    ]);
    expect(asked.map(({ query }) => query.get('cursor')?.slice(0, 8) ?? query.get('active'))).toEqual([
      'true',
      'YWN0aXZl',
      'false',
    ]);
  });

  it.each(REFUSALS.map((refusal) => [refusal.case, refusal] as const))(
    'of a refusal, %s, are what they mean, whatever the status of HTTP',
    async (name, { status, body }) => {
      for (const as of body === null ? [status] : [status, 200]) {
        const { provider } = await polygonThatAnswers(() => ({ status: as, body: body ?? '' }));
        const range = { from: parseDay('2023-01-03'), to: parseDay('2023-02-01') };
        const series = { ticker: 'AAPL', interval: '1d' } as const;
        await expect(provider.fetchBars({ series, range, now: NOW })).rejects.toMatchObject({
          code: expected.errors[name],
        });
      }
    },
  );
});
