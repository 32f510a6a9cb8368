import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Table, tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrowStream, arrowTable } from '../../src/arrow.ts';
import type { Bar } from '../../src/core/bars/bars.ts';
import { BAR_COLUMNS, type BarBatch, type BarBatchOptions } from '../../src/library/bar-batch.ts';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { openStore } from '../../src/store/open.ts';
import { describeWith, PYTHON, PYTHON_PACKAGES } from '../needs.ts';
import { AAPL, at, coverage, daily, days, temporaryFolder, update } from '../store/fixtures.ts';
import { lakes, readings } from './invented-lake.ts';
import { beginLakes, historyOf, itemsOf, outcome } from './lake-history.ts';

beginLakes();

const MSFT = { ticker: 'MSFT', interval: '1d' } as const;
const HOURS = { ticker: 'AAPL', interval: '1h' } as const;

let history: History;
let remove: () => Promise<void>;

/** Two tickers and the hours of one; of Apple's second day little is known, and its third one has not settled. */
beforeAll(async () => {
  const folder = await temporaryFolder();
  remove = folder.remove;
  const store = openStore(join(folder.path, 'store'));
  const bars = [
    daily('2026-02-24', { vwap: 100.25, trades: 7, source: 'polygon' }),
    daily('2026-02-25', { volume: Number.NaN, open: 103 }),
    daily('2026-02-26', { source: 'sample/é' }),
  ];
  const present = [days('2026-02-24', '2026-02-27')];
  await store.upsert(
    update(bars, { learned: coverage({ present, provisional: [days('2026-02-26', '2026-02-27')] }) }),
  );
  await store.upsert(update([daily('2026-02-24')], { series: MSFT, learned: coverage({ present }) }));
  const hours = ['2025-12-31T14:30Z', '2026-01-02T14:30Z'].map((start) => at(start));
  const sessions = [days('2025-12-31', '2026-01-01'), days('2026-01-02', '2026-01-03')];
  await store.upsert(update(hours, { series: HOURS, learned: coverage({ present: sessions }) }));
  const clock = (): number => Date.parse('2026-02-26T12:00Z');
  history = openHistory({ store: join(folder.path, 'store'), provider: 'none', clock });
});
afterAll(async () => {
  await history.close();
  await remove();
});

/** The rows of a table, as they come out of Arrow. */
function rowsOf(table: Table): Record<string, unknown>[] {
  return table.toArray().map((row: { toJSON(): Record<string, unknown> }) => row.toJSON());
}

async function streamed(...asked: Parameters<typeof arrowStream>): Promise<Table> {
  return tableFromIPC(Buffer.concat(await itemsOf(arrowStream(...asked))));
}

/** Bars of a read as a table has them. */
function asRows(bars: readonly Bar[]): Record<string, unknown>[] {
  return bars.map(({ fetchedAt, volume, ...bar }) => ({
    ...bar,
    volume: Number.isNaN(volume) ? null : volume,
    fetched_at: fetchedAt,
  }));
}

describe('a table of Arrow', () => {
  it('has the columns of an export, and null where nothing is known', async () => {
    const table = await arrowTable(history, [AAPL, MSFT]);
    const prices = { high: 102, low: 99, close: 101 };
    expect(rowsOf(table)).toEqual([
      {
        ...{ ticker: 'AAPL', ts: Date.UTC(2026, 1, 24), open: 100, ...prices, volume: 1e6, vwap: 100.25 },
        ...{ trades: 7, source: 'polygon', is_final: true, outside_range: false },
      },
      {
        ...{ ticker: 'AAPL', ts: Date.UTC(2026, 1, 25), open: 103, ...prices, volume: null, vwap: null },
        ...{ trades: null, source: 'sample', is_final: true, outside_range: true },
      },
      {
        ...{ ticker: 'AAPL', ts: Date.UTC(2026, 1, 26), open: 100, ...prices, volume: 1e6, vwap: null },
        ...{ trades: null, source: 'sample/é', is_final: false, outside_range: false },
      },
      {
        ...{ ticker: 'MSFT', ts: Date.UTC(2026, 1, 24), open: 100, ...prices, volume: 1e6, vwap: null },
        ...{ trades: null, source: 'sample', is_final: true, outside_range: false },
      },
    ]);
    expect(table.schema.fields.map(String)).toEqual([
      'ticker: Dictionary<Int32, Utf8>',
      'ts: Timestamp<MILLISECOND>',
      ...['open', 'high', 'low', 'close', 'volume', 'vwap', 'trades'].map((name) => `${name}: Float64`),
      ...['source: Utf8', 'is_final: Bool', 'outside_range: Bool'],
    ]);
    expect(table.batches.map(({ numRows }) => numRows)).toEqual([3, 1]);
    expect(table.getChild('vwap')?.nullCount).toBe(3);
  });

  it('tells what it was asked for, and what the store lacks of that', async () => {
    const asked = { start: '2026-02-23', adjust: 'none' } as const;
    const { schema } = await arrowTable(history, AAPL, asked);
    const said = JSON.parse(schema.metadata.get('backfill') ?? '') as { verdict: object };
    expect(said).toEqual({
      ...asked,
      interval: '1d',
      verdict: await history.batches(AAPL, asked).verdict(),
    });
    expect(said.verdict).toMatchObject({
      complete: false,
      lacks: [{ series: AAPL, ranges: [{ start: '2026-02-23', end: '2026-02-23', why: 'missing' }] }],
    });
  });

  it('shares the numbers of the batches', async () => {
    const batches: BarBatch[] = [];
    const watched: Pick<History, 'batches' | 'scan'> = {
      scan: (request) => history.scan(request),
      batches: (series, options) => {
        const all = history.batches(series, options);
        return {
          verdict: () => all.verdict(),
          async *[Symbol.asyncIterator]() {
            for await (const batch of all) {
              batches.push(batch as unknown as BarBatch);
              yield batch;
            }
          },
        };
      },
    };
    const table = await arrowTable(watched, HOURS, { columns: ['close', 'vwap'] });
    expect(batches.map(({ rows }) => rows)).toEqual([1, 1]);
    for (const [i, { close }] of batches.entries())
      expect(table.batches[i]?.getChild('close')?.data[0]?.values.buffer).toBe(close.buffer);
    expect(table.schema.names).toEqual(['ticker', 'ts', 'close', 'vwap', 'is_final']);
  });

  it('of a range without a bar has its columns all the same', async () => {
    const none = { end: '2026-02-20', columns: ['close', 'close'] } as const;
    for (const table of [await arrowTable(history, AAPL, none), await streamed(history, AAPL, none)])
      expect([table.numRows, table.schema.names]).toEqual([0, ['ticker', 'ts', 'close', 'is_final']]);
  });

  it.each<[what: string, code: string, message: RegExp, asked: () => [object, object?]]>([
    [
      'of what is not stored',
      'not-stored',
      /^NOPE 1d is not in the store/,
      () => [{ ...AAPL, ticker: 'NOPE' }],
    ],
    ['of two intervals', 'usage', /one interval: 1d and 1h are named/, () => [[AAPL, HOURS]]],
    [
      'that is to be complete and is not',
      'incomplete',
      /AAPL 1d lacks 1 session \(2026-02-23\)/,
      () => [AAPL, { start: '2026-02-23', require: 'complete' }],
    ],
    [
      'with a column that there is not',
      'usage',
      /there is no such column/,
      () => [AAPL, { columns: ['vola'] }],
    ],
    ['with columns that are no list', 'usage', /must be a list/, () => [AAPL, { columns: 'close' }]],
    ['with an option that nothing reads', 'usage', /no option "adjusted"/, () => [AAPL, { adjusted: 'all' }]],
  ])('is refused %s', async (_, code, message, asked) => {
    const [series, options] = asked() as [typeof AAPL, BarBatchOptions];
    const refused = { code, message: expect.stringMatching(message) };
    await expect(arrowTable(history, series, options)).rejects.toMatchObject(refused);
    await expect(arrowStream(history, series, options).next()).rejects.toMatchObject(refused);
  });

  it('has the bars of a read, value for value, in every way it may be asked for, as a stream too', async () => {
    let given = 0;
    const columns = BAR_COLUMNS;
    await fc.assert(
      fc.asyncProperty(lakes, fc.array(readings, { minLength: 2, maxLength: 2 }), async (lake, ways) => {
        const own = await historyOf(lake);
        for (const { series } of lake.series)
          for (const options of ways) {
            const read = await outcome(() => own.read(series, options));
            for (const make of [arrowTable, streamed]) {
              const table = await outcome(() => make(own, series, { ...options, columns }));
              if (!Array.isArray(read)) expect(table).toEqual(read);
              else
                expect(
                  rowsOf(table as Table).map(({ ticker, is_final, adjusted = 'none', ...row }) => {
                    expect([ticker, is_final, adjusted]).toEqual([series.ticker, true, options.adjust]);
                    return row;
                  }),
                ).toEqual(asRows(read));
            }
            given += Array.isArray(read) ? read.length : 0;
          }
      }),
      { numRuns: 4 },
    );
    expect(given).toBeGreaterThan(20);
  });
});

describeWith(PYTHON_PACKAGES)('a stream of Arrow', () => {
  it('is read by pyarrow, pandas and polars as it is', async () => {
    const program = `
import io, json, sys, polars, pyarrow as pa
data = sys.stdin.buffer.read()
table = pa.ipc.open_stream(data).read_all()
table.validate(full=True)
frame = table.to_pandas()
stamped = frame.assign(ts=frame['ts'].astype('int64'))
print(json.dumps({
  'types': [str(kind) for kind in frame.dtypes],
  'rows': json.loads(stamped.to_json(orient='values')),
  'polars': [str(kind) for kind in polars.read_ipc_stream(io.BytesIO(data)).dtypes],
  'lacks': json.loads(table.schema.metadata[b'backfill'])['verdict']['lacks'],
}, default=str))`;
    const input = Buffer.concat(
      await itemsOf(arrowStream(history, [AAPL, MSFT], { columns: ['close', 'vwap'] })),
    );
    const printed = JSON.parse(execFileSync(PYTHON, ['-c', program], { input, encoding: 'utf8' }));
    const [first, second, third] = [24, 25, 26].map((day) => Date.UTC(2026, 1, day));
    expect(printed).toEqual({
      types: ['category', 'datetime64[ms]', 'float64', 'float64', 'bool'],
      rows: [
        ['AAPL', first, 101, 100.25, true],
        ['AAPL', second, 101, null, true],
        ['AAPL', third, 101, null, false],
        ['MSFT', first, 101, null, true],
      ],
      polars: ['Categorical', "Datetime(time_unit='ms', time_zone=None)", 'Float64', 'Float64', 'Boolean'],
      lacks: [],
    });
  });
});
