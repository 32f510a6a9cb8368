import { describe, expect, it } from 'vitest';
import { BackfillError } from '../../src/core/errors.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { readAdjusted } from '../../src/library/adjusted.ts';
import { parseAsOf } from '../../src/library/as-of.ts';
import { at, coverage, update } from '../store/fixtures.ts';
import { beginAnswered, answered, closes, dividend, split, store } from './answered-week.ts';

beginAnswered();

/** Closes of New York in that week, UTC. */
const WEDNESDAY = Date.parse('2026-02-25T21:00Z');
const FRIDAY = Date.parse('2026-02-27T21:00Z');

describe('a read as of an instant', () => {
  it('has a daily bar from the close of its session on, and not a moment before', async () => {
    expect(await closes({ asOf: WEDNESDAY - 1 })).toHaveLength(2);
    expect(await closes({ asOf: WEDNESDAY })).toHaveLength(3);
    expect(await closes({ asOf: '2026-02-25T16:00:00-05:00' })).toHaveLength(3);
    expect(await closes({ asOf: '2026-02-25T20:59:59.999Z' })).toHaveLength(2);
    expect(await closes({ asOf: Date.parse('2026-02-20T21:00Z') })).toEqual([]);
  });

  it('is adjusted for what has gone ex on that day of the exchange, and for nothing that goes ex later', async () => {
    await answered([split, dividend]);
    expect(await closes({ adjust: 'all', asOf: FRIDAY })).toEqual([45, 45, 90, 90, 100]);
    // On Friday, before it closed: its dividend is known, and its bar is not.
    expect(await closes({ adjust: 'all', asOf: FRIDAY - 1 })).toEqual([45, 45, 90, 90]);
    expect(await closes({ adjust: 'all', asOf: Date.parse('2026-02-27T04:59Z') })).toEqual([
      50, 50, 100, 100,
    ]);
    expect(await closes({ adjust: 'all', asOf: Date.parse('2026-02-27T05:00Z') })).toEqual([45, 45, 90, 90]);
    expect(await closes({ adjust: 'splits', asOf: Date.parse('2026-02-25T04:59Z') })).toEqual([100, 100]);
  });

  it('needs to know what goes ex on the day that is open only once there may be bars of it', async () => {
    await answered([split], '2026-02-20', '2026-02-27');
    expect(await closes({ adjust: 'splits', asOf: FRIDAY - 1 })).toEqual([50, 50, 100, 100]);
    await expect(closes({ adjust: 'splits', asOf: FRIDAY })).rejects.toThrow('of 2026-02-27..2026-02-27;');
    const hours = { ticker: 'AAPL', interval: '1h' } as const;
    const days = { from: parseDay('2026-02-26'), to: parseDay('2026-02-28') };
    const bars = [at('2026-02-26T20:30Z'), at('2026-02-27T19:30Z'), at('2026-02-27T20:30Z')];
    await store.upsert(update(bars, { series: hours, learned: coverage({ present: [days] }) }));
    const intraday = readAdjusted(store, hours, { adjust: 'splits', asOf: FRIDAY - 1 });
    await expect(intraday).rejects.toThrow('AAPL 1h cannot be adjusted: nobody has answered');
  });
});

describe('what something is of', () => {
  it('is a day, or an instant by its zone', () => {
    expect(parseAsOf('2026-02-25')).toEqual({ day: parseDay('2026-02-25') });
    for (const instant of [WEDNESDAY, 0, -1, 1e10, 99_999_999])
      expect(parseAsOf(instant)).toEqual({ instant });
    expect(parseAsOf('1970-01-15T18:36:57.6Z')).toEqual({ instant: 1_276_617_600 });
    for (const text of ['2026-02-25T21:00Z', '2026-02-25T16:00:00-05:00', '2026-02-26T02:30:00.000+05:30'])
      expect(parseAsOf(text)).toEqual({ instant: WEDNESDAY });
  });

  it.each([
    ['2026-02-30', 'invalid-date', 'asOf "2026-02-30" is not a date; write it as YYYY-MM-DD'],
    [
      '2026-02-30T10:00Z',
      'invalid-date',
      'asOf "2026-02-30" is not a date; write it as YYYY-MM-DD, an instant with its zone as',
    ],
    [
      '2026-02-25T21:00',
      'invalid-date',
      'an instant with its zone as 2026-01-02T21:00:00Z, or ms since the epoch',
    ],
    ['2026-02-25T25:00Z', 'invalid-date', 'asOf "2026-02-25T25:00Z" is no time of day'],
    ['yesterday', 'invalid-date', 'asOf "yesterday" is not a date; write it as YYYY-MM-DD'],
    [Number.NaN, 'usage', 'asOf NaN: must be a day such as "2026-01-02", an instant such as'],
    [Number.POSITIVE_INFINITY, 'usage', 'asOf Infinity: must be'],
    [
      1_276_617_600,
      'usage',
      'asOf 1276617600: must be ms since the epoch, and looks like seconds; 1970-01-15T18:36:57.600Z is',
    ],
    [1.5, 'usage', 'asOf 1.5: must be ms since the epoch, and is no whole number'],
    [null, 'usage', 'asOf null: must be'],
    [new Date(0), 'usage', 'asOf "1970-01-01T00:00:00.000Z": must be'],
  ])('is not %s', (asOf, code, message) => {
    const refusal = (): unknown => {
      try {
        return parseAsOf(asOf);
      } catch (error) {
        return error;
      }
    };
    expect(refusal()).toBeInstanceOf(BackfillError);
    expect(refusal()).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
