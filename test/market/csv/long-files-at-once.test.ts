import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  type Content,
  HEADER,
  PLAIN,
  areLong,
  bothOf,
  clock,
  linesOf,
  text,
  toldOf,
  two,
} from './stretches.ts';

const shuffled = linesOf().toSorted((a, b) => (a.slice(-2) < b.slice(-2) ? -1 : 1));
const daily = Array.from(
  { length: 300 },
  (_, i) => `2023-${two(1 + i / 28)}-${two(1 + (i % 28))},1,2,1,1.5,7`,
);

describe('a long file that has to be read at once', () => {
  it.each<[string, Content]>([
    ['is in no order', text(shuffled)],
    ['is daily', text(daily)],
    ['is compressed', gzipSync(PLAIN)],
    ['has quotes in one line', PLAIN.replace(/2024-03-12T00:00:00Z/, '"$&"')],
    ['has two headings', PLAIN + PLAIN.replaceAll('-03-', '-04-')],
    ['begins with a line without a date', text(['n/a,1,2,1,1.5,7', ...linesOf()])],
    ['has a field too many', `${PLAIN}2024-03-13T00:00:00Z,100,101,99,100.5,1,1\n`],
    [
      'is half of cells that are no number',
      text(linesOf().map((line, i) => (i % 2 === 0 ? line.replace(/Z,[^,]*/, 'Z,x') : line))),
    ],
    [
      'states two intervals',
      text(
        [
          ...linesOf().map((line) => `5m,${line}`),
          ...linesOf({ days: ['2024-03-13'], minutes: 60 }).map((line) => `1h,${line}`),
        ],
        `interval,${HEADER}`,
      ),
    ],
    [
      'begins with an hour and goes on by five minutes',
      text([...linesOf({ days: ['2024-01-01', '2024-01-02', '2024-01-03'], minutes: 60 }), ...linesOf()]),
    ],
    ['ends its lines with CR', PLAIN.replaceAll('\n', '\r')],
  ])('since it %s is so', (_, content) => {
    const [stretches, atOnce] = bothOf({ 'BTC-USD.csv': content });
    const told = toldOf(stretches, 'BTC-USD');
    expect(told).toEqual(toldOf(atOnce, 'BTC-USD'));
    if (typeof told !== 'string') expect(areLong(stretches, 'BTC-USD')).toBe(false);
  });

  it.each([60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71])(
    'since an hour comes twice, or not, is as it is at once: from row %i on',
    (from) => {
      const lines = linesOf({ days: ['2024-11-01', '2024-11-02', '2024-11-03', '2024-11-04'], stamp: clock });
      const at = lines.findIndex((line) => line.startsWith('2024-11-03 02:00'));
      const rows = [...lines.slice(from, at), ...lines.slice(at - 12)];
      for (const ordered of [rows, rows.toReversed()]) {
        const files = { 'BTC-USD.csv': text(ordered) };
        const [stretches, atOnce] = bothOf(files, { zone: 'America/New_York' });
        expect(toldOf(stretches, 'BTC-USD')).toEqual(toldOf(atOnce, 'BTC-USD'));
      }
    },
  );

  it('since another contradicts it, it is refused with line and values', () => {
    const lines = linesOf();
    const other = lines
      .slice(700)
      .map((line, i) => (i === 40 ? line.replace(/^([^,]*),[^,]*/, '$1,9.999') : line));
    const [stretches, atOnce] = bothOf({ 'BTC-USD_part1.csv': PLAIN, 'BTC-USD_part2.csv': text(other) });
    const told = toldOf(stretches, 'BTC-USD');
    expect(told).toEqual(toldOf(atOnce, 'BTC-USD'));
    expect(told).toMatch(
      /contradict each other at .* in BTC-USD_part1\.csv, line 742; .* in BTC-USD_part2\.csv, line 42\)/,
    );
  });

  it('since others overlap it is joined with them', () => {
    const files = { 'BTC-USD_a.csv': PLAIN, 'BTC-USD_b.csv': text(linesOf().slice(700)) };
    const [stretches, atOnce] = bothOf(files);
    expect(toldOf(stretches, 'BTC-USD')).toMatchObject(toldOf(atOnce, 'BTC-USD') as object);
  });
});
