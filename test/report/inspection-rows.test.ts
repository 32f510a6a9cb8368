import { describe, expect, it } from 'vitest';
import { inspectFiles } from '../../src/library/inspect.ts';
import { REAL_DATA, describeWith } from '../needs.ts';
import { realData } from '../realdata.ts';
import { DAYS, HEADER, NOW, daily, inspected } from './inspected.ts';
import { fileOf, times, zipped } from '../market/csv/folders.ts';

describe('an inspection, of rows that a run would not take,', () => {
  it('tells rows that are left out of a series of several files once, as theirs together', async () => {
    const day = (date: string, ...at: string[]): string =>
      `date,open,high,low,close,volume\n${at.map((time) => `${date} ${time},10,11,9,10,5\n`).join('')}`;
    const { files } = await inspected(
      {
        'AAPL/2024-01-02.csv': day('2024-01-02', '04:00', '09:30', '09:31', '09:32'),
        'AAPL/2024-01-03.csv': day('2024-01-03', '09:30', '09:31', '09:32', '17:00', '17:01'),
      },
      { zone: 'America/New_York', stamps: 'start' },
    );
    const notes = files.flatMap(({ path, notes: told }) => told.map((note) => `${path}: ${note}`));
    expect(notes.filter((note) => note.includes('left out'))).toEqual([
      'AAPL/2024-01-02.csv: 3 rows of AAPL 1m in its 2 files left out: outside regular hours, or off their grid',
    ]);
  });

  it("tells hours off a session's grid as the days that a run takes of them", async () => {
    const hours = [9, 10, 11, 12, 13, 14, 15]
      .map(
        (hour) =>
          `20240102 ${String(hour).padStart(2, '0')}:00,${hour}0000,${hour + 1}0000,${hour - 1}0000,${hour}5000,9\n`,
      )
      .join('');
    const alone = { 'hour/aapl.zip': zipped('aapl.csv', hours) };
    const [file] = (await inspected(alone)).files;
    expect(file?.series).toMatchObject([{ ticker: 'AAPL', interval: '1d', bars: 1, first: '2024-01-02' }]);
    expect(file?.notes).toContain(
      "its bars start on the clock hour, off the grid of a session's: they are read as the 1d that they add up to",
    );
    const beside = await inspected({
      ...alone,
      'daily/aapl.zip': zipped(
        'aapl.csv',
        '20240102 00:00,100000,110000,90000,105000,50\n20240103 00:00,105000,115000,95000,110000,60\n',
      ),
    });
    const series = beside.files.map(({ path, series: own, notes }) => [
      path,
      own.map(({ bars }) => bars),
      notes,
    ]);
    expect(series).toEqual([
      ['daily/aapl.zip', [2], []],
      ['hour/aapl.zip', [], [expect.stringContaining('none of them is read')]],
    ]);
  });

  describeWith(REAL_DATA)('of real files', () => {
    it('tells what a run takes of them', async () => {
      const { files } = await inspectFiles({ path: realData('intraday-raw') }, () => NOW);
      const series = files.flatMap((file) => file.series);
      expect(series.map(({ ticker, interval, bars }) => [ticker, interval, bars])).toEqual([
        ['AAPL', '1d', 5849],
        ['IBM', '1m', 2338],
        ['SPY', '1m', 2730],
      ]);
    });
  });

  it('names rows that are to come, and counts them with those left out, as a run does', async () => {
    const { files } = await inspected({ 'AAPL.csv': `${daily()}2062-01-09,10,11,9,10.5,100\n` });
    expect(files[0]?.series).toMatchObject([
      { bars: 5, refusedRows: 1, first: '2024-01-02', last: '2024-01-08' },
    ]);
    expect(files[0]?.notes).toEqual([
      'AAPL 1d: 1 row of 2062-01-09, which is to come, not read: correct the date',
    ]);
  });

  it.each([
    ['time', '2024-01-08 09:30:00', {}, 'America/New_York', 'default'],
    ['time', '2024-01-08 09:30:00', { zone: 'America/New_York' }, 'America/New_York', 'user'],
    ['time (UTC)', '2024-01-08 14:30:00', {}, 'UTC', 'header'],
    ['time', '2024-01-08 14:30:00Z', {}, 'UTC', 'offset'],
  ] as const)(
    'says by what clock times of "%s" such as %s are read',
    async (header, first, options, zone, by) => {
      const offset = first.endsWith('Z') ? 'Z' : '';
      const hour = first.slice(11, 13);
      const stamps = times(['2024-01-08'], `${hour}:30`, `${Number(hour) + 6}:30`, 5).map(
        (stamp) => stamp + offset,
      );
      const { files } = await inspected(
        {
          'SPY.csv': fileOf(stamps, {
            header,
            volumeAt: (stamp) => Number(stamp.slice(11, 16).replace(':', '')),
          }),
        },
        options,
      );
      expect(files[0]?.series).toMatchObject([
        { ticker: 'SPY', interval: '5m', bars: 72, first: '2024-01-08T14:30Z', clock: { zone, by } },
      ]);
    },
  );

  it('tells which rows a run would reject, leave out or name, and counts without them', async () => {
    const row = (day: string, close: string): string => `2024-01-${day},10,11,9,${close},1${day}`;
    const rows = [
      ...[row('02', '10'), row('03', '10.1'), row('03', '10.1'), row('04', '10.2'), row('04', '10.7')],
      ...[
        row('05', '-1'),
        row('06', '10.3'),
        '2024-01-07,10,10,10,10,0',
        row('08', '10.4'),
        row('09', '10.2'),
      ],
      ...[
        row('10', '10.6'),
        row('11', '10.1'),
        row('12', '10.8'),
        '2024-01-16,14,15,13,14,7',
        row('17', '10.5'),
      ],
    ];
    const { files } = await inspected({ 'AAPL.csv': `${HEADER}\n${rows.join('\n')}\n` }, { basis: 'raw' });
    expect(files[0]).toMatchObject({ series: [{ bars: 9, refusedRows: 6 }], refused: [] });
    expect(files[0]?.notes).toEqual([
      '2 rows of AAPL 1d to be rejected, the first of 2024-01-04: another row has the same stamp and other values',
      '1 row of AAPL 1d to be rejected, of 2024-01-05: close -1 is no positive price',
      '1 row of AAPL 1d to be rejected, of 2024-01-06: 2024-01-06 is no session of XNYS',
      '1 row of AAPL 1d that nobody traded, to be left out, of 2024-01-07: filler: 2024-01-07 is no session of XNYS',
      '1 row of AAPL 1d that only repeats another, to be left out',
      '1 row of AAPL 1d to be stored, but odd, of 2024-01-16: close 14 stands between closes of 10.8 and 10.5',
    ]);
  });

  it('says of several rows that they only repeat others', async () => {
    const { files } = await inspected({
      'AAPL.csv': `${daily()}${daily().split('\n').slice(2, 5).join('\n')}\n`,
    });
    expect(files[0]?.notes).toContain('3 rows of AAPL 1d that only repeat another, to be left out');
  });

  it('refuses a file of whose rows a run would lose most', async () => {
    const lines = DAYS.map((day, i) => `${day},10,11,9,${i < 3 ? '-5' : '10'},1\n`).join('');
    const { files } = await inspected({ 'AAPL.csv': `${HEADER}\n${lines}` }, { basis: 'raw' });
    expect(files[0]?.refused).toEqual([
      '3 of 5 rows that came could not be stored: close -5 is no positive price',
    ]);
  });
});
