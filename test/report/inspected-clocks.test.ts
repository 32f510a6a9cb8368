import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inspectFiles } from '../../src/library/inspect.ts';
import { inspectionText } from '../../src/report/inspection-text.ts';
import { DAYS, HEADER, inspected, NOW, textOf } from './inspected.ts';

/** A file of daily bars whose stamps go on behind their dates. */
const stamped = (behind: string): string =>
  `${HEADER}\n${DAYS.map((day, i) => `${day}${behind},10,11,9,10.${i},${100 + i}\n`).join('')}`;

/** What is said of the clock of a file of a share. */
const clockOf = async (text: string, options = {}): Promise<string[]> =>
  (await textOf({ 'AAPL.csv': text }, options))
    .filter((line) => line.startsWith('  clock'))
    .map((line) => line.slice('  clock'.length).trim());

describe('the clock of daily rows', () => {
  it('is none where they have dates alone, or midnights', async () => {
    for (const behind of ['', ' 00:00:00', 'T00:00:00-05:00'])
      expect(await clockOf(stamped(behind))).toEqual(['none: session dates']);
  });

  it('is told where their times tell the session dates', async () => {
    const tell = 'its times tell the session dates: ';
    expect(await clockOf(stamped(' 21:00:00+00:00'))).toEqual([`${tell}each time has its offset`]);
    expect(await clockOf(stamped(' 16:00'))).toEqual([
      expect.stringContaining(`${tell}America/New_York, the`),
    ]);
    expect(await clockOf(stamped(' 21:00'), { zone: 'UTC' })).toEqual([`${tell}UTC, as --csv-zone says`]);
  });

  it('is told of midnights that lie on another date of the exchange', async () => {
    const midnights = `${HEADER}\n${[
      '2024-01-03',
      '2024-01-04',
      '2024-01-05',
      '2024-01-06',
      '2024-01-09',
      '2024-01-10',
      '2024-01-11',
      '2024-01-12',
      '2024-01-13',
    ]
      .map((day, i) => `${day} 00:00:00+00:00,10,11,9,10.${i},${100 + i}\n`)
      .join('')}`;
    const { files } = await inspected({ 'AAPL.csv': midnights });
    expect(files[0]?.series).toMatchObject([
      { first: '2024-01-02', last: '2024-01-12', clock: { by: 'offset' } },
    ]);
  });
});

describe('a ticker of whose exchange no calendar is known', () => {
  it('is named below the files', async () => {
    const daily = stamped('');
    const { notes } = await inspected({ 'WIKI-AAPL.csv': daily, 'MSFT.csv': stamped(' 00:00') });
    expect(notes).toEqual([
      'no calendar is known for WIKI-AAPL: what is expected is a guess; rename the files if they are of other tickers',
    ]);
    expect((await inspected({ 'MSFT.csv': daily })).notes).toEqual([]);
  });
});

describe('a folder without a file', () => {
  it('is told so, and not that none can be read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'empty-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const read = await inspectFiles({ path: folder }, () => NOW);
    expect(inspectionText(read)).toEqual([
      '0 files, 0 series, 0 bars; refused: 0 files. It holds no file: a run would refuse it. Nothing was stored.',
    ]);
    expect((await textOf({ 'x.md': '#' })).join(' ')).toContain('No file of it can be read');
  });

  it('is told apart from one that is not there, and from what is none', async () => {
    const inspectAt = (path: string): Promise<unknown> => inspectFiles({ path }, () => NOW);
    await expect(inspectAt('no/such')).rejects.toThrow('there is no folder or file "no/such"');
    await expect(inspectAt('/dev/null')).rejects.toThrow(
      '"/dev/null" cannot be read: it is a device, and neither a folder nor a file',
    );
  });
});
