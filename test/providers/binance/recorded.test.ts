import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { rowsOf } from '../../../src/core/bars/bar-builder.ts';
import { digestIn } from '../../../src/providers/binance/archive.ts';
import { refusalIn } from '../../../src/providers/binance/errors.ts';
import { membersIn, pairsIn } from '../../../src/providers/binance/pairs.ts';
import { type KlineRows, fileRows, pageRows } from '../../../src/providers/binance/parse.ts';
import { PUBLIC_API } from '../../../src/providers/binance/request.ts';
import type { HttpAnswer } from '../../../src/providers/http/transport.ts';
import { REAL_DATA, describeWith } from '../../needs.ts';
import { hasRealData, realData } from '../../realdata.ts';

// Every recorded answer, against what a script that shares nothing with the provider read in it: rows, the first and the
// last of them, and the trades of all together.

interface Expected {
  readonly rows?: number;
  /** Open time in ms, open, high, low, close, volume, trades. */
  readonly first?: readonly number[];
  readonly last?: readonly number[];
  readonly trades?: number;
  readonly digest?: string;
  readonly pairs?: readonly string[];
}

interface Refused {
  readonly code: string;
  readonly retryable: boolean;
  readonly scope?: string;
  /** When a ban ends, ms since the epoch. */
  readonly banEnds?: number;
}

interface Recorded {
  readonly case: string;
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

const { 'errors.json': refusals, ...answers } = JSON.parse(
  readFileSync(new URL('expected.json', import.meta.url), 'utf8'),
) as { readonly 'errors.json': Record<string, Refused> } & Record<string, Expected>;

const text = (file: string): string => readFileSync(realData(`http/binance/${file}`), 'utf8');
const refuse = (what: string): never => {
  throw new Error(what);
};
const ALL = { from: 0, to: 1e14, asOf: 1e14 };

function firstAndLast({ bars, unusable }: KlineRows): Expected {
  const rows = rowsOf(bars);
  expect(unusable).toEqual([]);
  const values = (at: number): number[] => {
    const { ts, open, high, low, close, volume, trades } = rows.at(at) ?? refuse('no row');
    return [ts, open, high, low, close, volume, trades ?? Number.NaN];
  };
  const trades = rows.reduce((sum, row) => sum + (row.trades ?? Number.NaN), 0);
  return { rows: rows.length, first: values(0), last: values(-1), trades };
}

/** What the provider reads in a recorded file. */
function read(file: string): Expected {
  const body = text(file);
  if (file.startsWith('exchangeInfo')) {
    const pairs = pairsIn(answerOf({ body }), HOSTS);
    expect(membersIn(answerOf({ body }), HOSTS).map(({ ticker }) => ticker)).toEqual(pairs);
    return { pairs };
  }
  if (file.endsWith('.CHECKSUM')) return { digest: digestIn(body, 'BTCUSDT-1m-2025-04-11.zip') ?? '' };
  // The file of seconds is read for its microseconds: their close times are none of minutes.
  const csv = file.includes('-1s-') ? body.replaceAll(/^((?:\d[^,]*,){6})\d+/gm, '$1') : body;
  if (file.endsWith('.csv')) return firstAndLast(fileRows(csv, { interval: '1m', ...ALL }, refuse));
  const interval = (['1m', '1h', '1d'] as const).find((one) => file.includes(`-${one}-`)) ?? '1d';
  return firstAndLast(pageRows(JSON.parse(body), { interval, ...ALL }, refuse));
}

const HOSTS = { api: PUBLIC_API, archive: PUBLIC_API };

function answerOf({ status = 200, headers = {}, body = '' }: Partial<Recorded>): HttpAnswer {
  return { status, headers, body };
}

describeWith(REAL_DATA)('recorded answers of Binance', () => {
  it.each(Object.keys(answers))('%s is read as it is', (file) => {
    expect(read(file)).toEqual(answers[file]);
  });

  const recorded = (hasRealData ? JSON.parse(text('errors.json')) : []) as readonly Recorded[];

  it.each(recorded.map((one) => [one.case, one] as const))(
    'refusal "%s" counts as what it says',
    (name, one) => {
      const { banEnds, ...expected } = refusals[name] ?? refuse(`nothing is expected of ${name}`);
      const date = new Date((banEnds ?? 1e12) - 100_000).toUTCString();
      const error = refusalIn({ ...answerOf(one), headers: { date } }, 'BTCUSDT', PUBLIC_API);
      expect(error).toMatchObject(expected);
      expect(error.retryAfterMs).toBe(banEnds && banEnds - Date.parse(date));
      expect(error.message).not.toContain('\n');
    },
  );

  it('has nothing of which nothing is expected', () => {
    const index = JSON.parse(text('INDEX.json')) as { file: string }[];
    const files = index.map(({ file }) => file).filter((file) => file !== 'archive/spot_earliest_dates.csv');
    expect(files.toSorted()).toEqual([...Object.keys(answers), 'errors.json'].toSorted());
    expect(recorded.map((one) => one.case).toSorted()).toEqual(Object.keys(refusals).toSorted());
  });
});
