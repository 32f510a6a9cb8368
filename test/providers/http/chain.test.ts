import { describe, expect, it } from 'vitest';
import { BackfillError } from '../../../src/core/errors.ts';
import { askInSteps } from '../../../src/providers/http/chain.ts';
import type { Exchange } from '../../../src/providers/http/follow-pages.ts';
import { ASKED, type ToyPage, outcomesOf, toySteps } from './toy.ts';

const TOY = { provider: 'toy', what: '1d' };

/** Asks for tickers of a server that is a function; what was asked is told with what came of it. */
async function ask(tickers: readonly string[], reply: (of: readonly string[], page: string) => ToyPage) {
  const requests: (readonly string[])[] = [];
  const exchange: Exchange = async (_, word, read) => {
    const call = await word({});
    const of = call.url.searchParams.get('of')?.split(',') ?? [];
    requests.push(of);
    const body = JSON.stringify(reply(of, call.url.searchParams.get('page') ?? ''));
    return read({ status: 200, headers: {}, body }, call);
  };
  const parts = await askInSteps({ ...ASKED, tickers }, toySteps(), { exchange, ...TOY });
  expect(new Set(parts.map(({ ticker }) => ticker)).size).toBe(parts.length);
  return { requests, outcomes: outcomesOf(parts) };
}

const HUNDRED = Array.from({ length: 100 }, (_, i) => `T${i}`);

const closesOf = (tickers: readonly string[]): ToyPage => ({
  closes: Object.fromEntries(tickers.map((ticker) => [ticker, [1]])),
});

/** Refuses what has one of some tickers in it, naming the first of them or nobody. */
const poisonedBy =
  (poison: readonly string[], isNamed: boolean) =>
  (of: readonly string[]): ToyPage => {
    const found = of.find((ticker) => poison.includes(ticker));
    return found === undefined ? closesOf(of) : { refused: isNamed ? found : '' };
  };

const expected = (tickers: readonly string[], poison: readonly string[]) =>
  Object.fromEntries(tickers.map((one) => [one, poison.includes(one) ? 'unknown-ticker' : [1]]));

describe('a chain of requests', () => {
  it('follows the pages and puts together what they tell of a series', async () => {
    const pages: Record<string, ToyPage> = {
      '': { closes: { A: [1, 2], B: [3] }, next: 'second' },
      second: { closes: { B: [4, 5], C: [6] }, next: 'third' },
      third: { closes: { C: [7] } },
    };
    const { requests, outcomes } = await ask(['A', 'B', 'C'], (_, page) => pages[page] ?? {});
    expect(requests).toHaveLength(3);
    expect(outcomes).toEqual({ A: [1, 2], B: [3, 4, 5], C: [6, 7] });
  });

  it('knows only at its end who never came', async () => {
    const { outcomes } = await ask(['A', 'B', 'C'], (_, page) =>
      page === '' ? { closes: { A: [1] }, next: 'last' } : { closes: { C: [2] } },
    );
    expect(outcomes).toEqual({ A: [1], B: [], C: [2] });
  });

  it.each(['pages', 'a page and the end'])(
    'believes no part of a series that lacks rows of one before, of %s',
    async (how) => {
      const bars = (...ts: number[]): object => ({ bars: { ts: Float64Array.from(ts) }, actions: [] });
      const two = { ticker: 'A', answer: bars(3) };
      const steps = {
        request: () => ({ url: new URL('http://h'), headers: {} }),
        parse: (_: unknown, __: unknown, at = 0) => ({
          parts:
            at === 0
              ? [
                  { ticker: 'A', answer: bars(1, 2) },
                  { ticker: 'B', answer: bars(1) },
                ]
              : how === 'pages'
                ? [two]
                : [],
          ...{ state: at + 1, hasMore: at === 0 },
        }),
        end: () => [...(how === 'pages' ? [] : [two]), { ticker: 'B', answer: bars(1, 2) }],
      };
      const exchange: Exchange = async (_, word, read) =>
        read({ status: 200, headers: {}, body: '' }, await word({}));
      const parts = await askInSteps({ ...ASKED, tickers: ['A', 'B'] }, steps as never, { exchange, ...TOY });
      expect(parts).toMatchObject([
        {
          ticker: 'A',
          error: {
            code: 'provider-broken',
            message: expect.stringContaining('gives a part of A that lacks rows'),
          },
        },
        { ticker: 'B', answer: bars(1, 2) },
      ]);
    },
  );

  it('keeps an error of a series, whatever comes of it later', async () => {
    const steps = {
      request: () => ({ url: new URL('http://h'), headers: {} }),
      parse: () => ({
        parts: [{ ticker: 'A', error: new BackfillError('no-data', 'x') }],
        state: 0,
        hasMore: false,
      }),
      end: () => [{ ticker: 'A', answer: { bars: { ts: Float64Array.of(1) } } }],
    };
    const exchange: Exchange = async (_, word, read) =>
      read({ status: 200, headers: {}, body: '' }, await word({}));
    const parts = await askInSteps({ ...ASKED, tickers: ['A'] }, steps as never, { exchange, ...TOY });
    expect(parts).toMatchObject([{ ticker: 'A', error: { code: 'no-data' } }]);
  });

  it('keeps what was whole before a page failed', async () => {
    const { requests, outcomes } = await ask(['A', 'B', 'C'], (_, page) =>
      page === '' ? { closes: { A: [1], B: [2] }, next: 'broken' } : { bad: 'a broken page' },
    );
    expect(requests).toHaveLength(2);
    expect(outcomes).toEqual({ A: [1], B: 'bad-answer', C: 'bad-answer' });
  });

  it('ends where pages lead round in a circle', async () => {
    const { requests, outcomes } = await ask(['A', 'B'], (_, page) => ({
      closes: { A: [1] },
      next: page === 'left' ? 'right' : 'left',
    }));
    expect(requests.length).toBeLessThan(6);
    expect(outcomes).toEqual({ A: 'bad-answer', B: 'bad-answer' });
  });
});

describe('a ticker that spoils the request of the others', () => {
  it('that the refusal names costs itself and one request', async () => {
    const { requests, outcomes } = await ask(HUNDRED, poisonedBy(['T37'], true));
    expect(requests.map((of) => of.length)).toEqual([100, 99]);
    expect(outcomes).toEqual(expected(HUNDRED, ['T37']));
  });

  it('is one of several that are named one after the other', async () => {
    const { requests, outcomes } = await ask(HUNDRED, poisonedBy(['T3', 'T50', 'T99'], true));
    expect(requests.map((of) => of.length)).toEqual([100, 99, 98, 97]);
    expect(outcomes).toEqual(expected(HUNDRED, ['T3', 'T50', 'T99']));
  });

  it('is taken at its word when it is alone: the refusal of others says nothing of it', async () => {
    const { outcomes } = await ask(['A', 'B'], (of) => (of.length > 1 ? { refused: '' } : closesOf(of)));
    expect(outcomes).toEqual({ A: [1], B: [1] });
  });

  it('is not the one that a refusal names out of nowhere', async () => {
    const reply = poisonedBy(['T1'], false);
    const { outcomes } = await ask(HUNDRED.slice(0, 4), (of) =>
      'refused' in reply(of) ? { refused: 'ELSE' } : reply(of),
    );
    expect(outcomes).toEqual(expected(HUNDRED.slice(0, 4), ['T1']));
  });

  it('is not looked for where a request failed for another reason', async () => {
    let sent = 0;
    const { requests, outcomes } = await ask(['A', 'B', 'C', 'D'], (of) => {
      sent++;
      if (sent === 1) return { refused: '' };
      return of.includes('A') ? { bad: 'broken' } : closesOf(of);
    });
    // Whether C or D spoilt the first request is open: they are asked for together.
    expect(requests.slice(1)).toEqual([
      ['A', 'B'],
      ['C', 'D'],
    ]);
    expect(outcomes).toEqual({ A: 'bad-answer', B: 'bad-answer', C: [1], D: [1] });
  });

  it('on a later page costs nobody what had come before', async () => {
    const { requests, outcomes } = await ask(['A', 'B', 'C'], (of, page) => {
      if (page === '' && of.includes('A')) return { closes: { A: [1], B: [2] }, next: 'second' };
      return of.includes('C') ? { refused: 'C' } : { closes: { B: [3] } };
    });
    expect(requests.at(-1)).toEqual(['B']);
    expect(outcomes).toEqual({ A: [1], B: [3], C: 'unknown-ticker' });
  });
});

describe('what befalls a request', () => {
  it('befalls all of its series that had not come', async () => {
    const exchange: Exchange = () => Promise.reject(new BackfillError('network', 'no answer'));
    const parts = await askInSteps({ ...ASKED, tickers: ['A', 'B'] }, toySteps(), { exchange, ...TOY });
    expect(outcomesOf(parts)).toEqual({ A: 'network', B: 'network' });
  });
});
