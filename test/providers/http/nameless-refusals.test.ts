import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackfillError } from '../../../src/core/errors.ts';
import { askInSteps } from '../../../src/providers/http/chain.ts';
import type { Exchange } from '../../../src/providers/http/follow-pages.ts';
import type { ChainSteps } from '../../../src/providers/http/steps.ts';
import type { ListRequest, PartOf } from '../../../src/providers/provider.ts';
import { ASKED } from './toy.ts';
import { sampled } from '../../needs.ts';

// A ticker that has the request of the others refused, by words that do not name it.

/** What is sent for a list of so many tickers, those at some places of which spoil a request, and what comes of each place. */
async function askFor(length: number, places: readonly number[], refusals = new Set(places)) {
  const sent: { readonly of: readonly number[]; readonly isRefused: boolean }[] = [];
  const steps: ChainSteps<ListRequest, null, PartOf<{ readonly actions?: readonly never[] }>> = {
    request: () => ({ url: new URL('http://list'), headers: {} }),
    parse: (_, { tickers }) => {
      const of = tickers.map(Number);
      const isRefused = of.some((place) => refusals.has(place));
      sent.push({ of, isRefused });
      return isRefused
        ? { spoilt: new BackfillError('unknown-ticker', 'invalid symbol'), without: [] }
        : { parts: [], state: null, hasMore: false };
    },
    end: ({ tickers }) => tickers.map((ticker) => ({ ticker, answer: {} })),
  };
  const exchange: Exchange = async (_, word, read) =>
    read({ status: 200, headers: {}, body: '' }, await word({}));
  const tickers = Array.from({ length }, (_, i) => String(i));
  const parts = await askInSteps({ ...ASKED, tickers }, steps, { exchange, provider: 'toy', what: '1d' });
  const failed = parts.filter((part) => 'error' in part).map(({ ticker }) => Number(ticker));
  const answered = sent.flatMap(({ of, isRefused }) => (isRefused ? [] : of));
  return { sent, extra: sent.length - 1, parts, failed: failed.toSorted((a, b) => a - b), answered };
}

/** What one of them may cost at most beyond the request that was due: the halvings, itself, and what was put off. */
const most = (length: number): number => Math.ceil(Math.log2(length)) + 2;

/** Whether all are told of, only these fail, and what was answered was asked for once. */
function isAllTold(
  { parts, failed, answered }: Awaited<ReturnType<typeof askFor>>,
  length: number,
  places: readonly number[],
): boolean {
  const isOnce = new Set(answered).size === answered.length && answered.length === length - places.length;
  return parts.length === length && failed.join() === places.join() && isOnce;
}

describe('a ticker that a refusal does not name', () => {
  it('costs at most a request for each halving, one for itself and one for the rest, at every place of every list up to 200', async () => {
    const dearer: object[] = [];
    const lengths = sampled(
      Array.from({ length: 200 }, (_, i) => i + 1),
      3,
      'lengths',
    );
    for (const length of lengths)
      for (let place = 0; place < length; place++) {
        const asked = await askFor(length, [place]);
        if (asked.extra > most(length) || !isAllTold(asked, length, [place])) dearer.push({ length, place });
      }
    expect(dearer).toEqual([]);
  });

  it('costs each its own where there are two, wherever they stand', async () => {
    const dearer: object[] = [];
    for (let length = 2; length <= 30; length++)
      for (let first = 0; first < length; first++)
        for (let second = first + 1; second < length; second++) {
          const asked = await askFor(length, [first, second]);
          if (asked.extra > 2 * most(length) || !isAllTold(asked, length, [first, second]))
            dearer.push({ length, first, second });
        }
    expect(dearer).toEqual([]);
  });

  it('costs each its own where there are two or three, and many at most three requests a ticker', async () => {
    const listed = fc.integer({ min: 3, max: 200 }).chain((length) =>
      fc.record({
        length: fc.constant(length),
        places: fc.uniqueArray(fc.integer({ min: 0, max: length - 1 }), { maxLength: length }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(listed, async ({ length, places }) => {
        const some = places.slice(0, 3).toSorted((a, b) => a - b);
        const few = await askFor(length, some);
        expect(isAllTold(few, length, some)).toBe(true);
        expect(few.extra).toBeLessThanOrEqual(some.length * most(length));
        const all = places.toSorted((a, b) => a - b);
        const many = await askFor(length, all);
        expect(isAllTold(many, length, all)).toBe(true);
        expect(many.extra).toBeLessThanOrEqual(Math.min(3 * length, (all.length + 1) * most(length)));
      }),
    );
  });

  it('has nothing else asked for than halves of where it is, and the rest in one request', async () => {
    const { sent } = await askFor(16, [0]);
    expect(sent.map(({ of }) => of.length)).toEqual([16, 8, 4, 2, 1, 15]);
    const { sent: atTheEnd } = await askFor(16, [15]);
    expect(atTheEnd.map(({ of }) => of.length)).toEqual([16, 8, 4, 2, 1, 1]);
  });

  it('is asked for alone before it is believed to be the one', async () => {
    for (const place of [0, 7, 8, 15]) {
      const { sent } = await askFor(16, [place]);
      expect(sent).toContainEqual({ of: [place], isRefused: true });
    }
  });
});
