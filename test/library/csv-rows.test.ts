import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';
import { openStore } from '../../src/store/open.ts';

const DAYS = ['2024-01-02', '2024-01-03', '2024-01-04', '2024-01-05', '2024-01-08', '2024-01-09'];

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'csv-rows-'));
});
afterEach(() => rm(root, { recursive: true }));

/** A run over a folder with one file of six days, of which the third has other cells. */
async function runWith(third: string) {
  const lines = DAYS.map((day, i) => (i === 2 ? third : `${day},10,11,9,${10 + i / 10},${100 + i}`));
  await writeFile(join(root, 'AAPL.csv'), `date,open,high,low,close,volume\n${lines.join('\n')}\n`);
  const history = openHistory({
    store: join(root, 'store'),
    stateFolder: join(root, 'state'),
    provider: { id: 'csv', url: root, settings: { basis: 'raw' } },
    clock: () => Date.parse('2024-02-01T00:00:00Z'),
    workers: 1,
  });
  const range = { tickers: ['AAPL'], start: '2024-01-02', end: '2024-01-09' };
  const summary = await history.backfill(range);
  const report = await history.coverage(range);
  await history.close();
  const store = openStore(join(root, 'store'));
  const { records } = await store.readRejected();
  return { summary, report, rejected: records.flatMap(({ rows }) => rows) };
}

describe('a row of a file that cannot be read', () => {
  it.each([
    ['2024-01-04,10,11,9,x,100', 'AAPL.csv, line 4: "x" is not a number (close)'],
    ['2024-01-04,10,11,9,10.5,0x10', 'AAPL.csv, line 4: "0x10" is not a number (volume)'],
    ['n/a,10,11,9,10.5,100', 'AAPL.csv, line 4: "n/a" is no date or time'],
  ])(
    '%s goes to quarantine, and its session is rejected, not absent: the others are stored',
    async (line, reason) => {
      const { summary, report, rejected } = await runWith(line);
      expect(summary).toMatchObject({ inserted: 5, rejected: 1, absent: { rejected: 1 } });
      expect(summary.notRead).toEqual([expect.stringContaining(reason.replace('AAPL.csv, ', ''))]);
      expect(rejected.map((one) => one.reason)).toEqual([reason]);
      expect(report.series).toMatchObject([{ present: 5, absent: 1 }]);
    },
  );

  it('is named where it only has no price', async () => {
    const { summary } = await runWith('2024-01-04,10,11,9,-,100');
    expect(summary).toMatchObject({ inserted: 5, rejected: 0 });
    expect(summary.notRead).toEqual([
      'AAPL.csv: 1 row of AAPL without all prices: line 4: "-" is no price (close)',
    ]);
  });
});
