import { readFileSync, readdirSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { formatDay, utcDayOf } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { OPEN_GATE } from '../../../src/providers/http/gate.ts';
import { REAL_DATA, describeWith } from '../../needs.ts';
import { hasRealData, realData } from '../../realdata.ts';
import { type Reply, fetchFrom, stopServing } from './serving.ts';

// Every recorded chart, as a real server's answer, against what a script of another language read in it: rows with the first
// and the last one as traded, splits and dividends, or what is wrong with it.

afterEach(stopServing);

type Row = readonly [date: string, ...values: number[]];

interface Expected {
  readonly ticker: string;
  readonly from: string;
  readonly to: string;
  readonly now: string;
  readonly interval?: Interval;
  /** Of an answer that is none. */
  readonly code?: string;
  readonly rows?: number;
  readonly first?: Row;
  readonly last?: Row;
  /** Rows without a price. */
  readonly empty?: number;
  /** Rows of a session that goes on. */
  readonly unfinished?: number;
  readonly actions?: readonly unknown[];
}

interface Refusal {
  readonly case: string;
  readonly status: number;
  readonly description?: string;
  readonly body?: string;
}

const { 'errors.json': refusals, ...charts } = JSON.parse(
  readFileSync(new URL('expected.json', import.meta.url), 'utf8'),
) as { readonly 'errors.json': Readonly<Record<string, string>> } & Record<string, Expected>;

const text = (file: string): string => readFileSync(realData(`http/${file}`), 'utf8');

/** Nothing is asked for twice. */
const ONE_TRY = { ...OPEN_GATE, failed: async () => false, throttled: async () => false };

async function answerTo(reply: Reply, { ticker, from, to, now, interval = '1d' }: Expected) {
  const asked = { ticker, interval, range: [from, to], now, gate: ONE_TRY } as const;
  // Of intraday bars it is asked for the splits first, which are daily: that recording has none.
  const { answer } = await fetchFrom(
    (url) =>
      interval === '1d' || url.searchParams.get('interval') !== '1d'
        ? reply
        : { body: reply.body.replace(`"${interval}"`, '"1d"') },
    asked,
  );
  return answer;
}

describeWith(REAL_DATA)('recorded answers of Yahoo', () => {
  it('have nothing of which nothing is expected', () => {
    const files = ['yahoo-chart', 'yahoo-more'].flatMap((folder) =>
      readdirSync(realData(`http/${folder}`)).map((name) => `${folder}/${name}`),
    );
    const besides = new Set(['yahoo-more/INDEX.json', 'yahoo-more/errors.json']);
    expect(Object.keys(charts).toSorted()).toEqual(files.filter((one) => !besides.has(one)).toSorted());
  });

  it.each(Object.entries(charts))('are read as they are: %s', async (file, expected) => {
    const told = JSON.parse(text(file)) as { readonly response?: { readonly bodyJson: unknown } };
    const reply = { body: JSON.stringify(told.response?.bodyJson ?? told) };
    const asking = answerTo(reply, expected);
    if (expected.code !== undefined) {
      await expect(asking).rejects.toMatchObject({ code: expected.code });
      return;
    }
    const { bars, unusable, unfinished, actions } = await asking;
    const rows = bars.map(({ ts, open, high, low, close, volume }) => [
      formatDay(utcDayOf(ts)),
      ...[open, high, low, close, volume],
    ]);
    const { rows: count, first, last, empty = 0, unfinished: live = 0, actions: stated = [] } = expected;
    expect([rows.length, rows[0], rows.at(-1)]).toEqual([count, first, last]);
    expect([unusable.length, unfinished]).toEqual([empty, live]);
    expect(
      actions.map((one) => [one.kind, formatDay(one.exDay), one.kind === 'split' ? one.ratio : one.amount]),
    ).toEqual(stated);
  });

  const recorded = hasRealData ? (JSON.parse(text('yahoo-more/errors.json')) as readonly Refusal[]) : [];
  it.each(recorded.map((one) => [one.case, one] as const))(
    'that are refusals are what they mean: %s',
    async (name, { status, description, body }) => {
      const error = { code: 'Unprocessable Entity', description };
      const reply = { status, body: body ?? JSON.stringify({ chart: { result: null, error } }) };
      const asked = { ticker: 'AAPL', from: '2025-01-02', to: '2025-01-10', now: '2025-03-25T12:00:00Z' };
      await expect(answerTo(reply, asked)).rejects.toMatchObject({ code: refusals[name] });
    },
  );
});

describe('what is expected of recordings', () => {
  it('is of bars and of errors', () => {
    expect(Object.keys(charts).length).toBeGreaterThan(40);
    expect(Object.values(charts).some(({ code }) => code !== undefined)).toBe(true);
  });
});
