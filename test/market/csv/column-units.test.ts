import { describe, expect, it } from 'vitest';
import { inspect } from '../../../src/report/inspection.ts';
import { ALL, folderOf, marketOf } from './folders.ts';
import { bothOf, toldOf } from './stretches.ts';

const row = '2024-01-08,10,14,9,12,7';
const barsOf = (header: string, more = '') =>
  marketOf({ 'AAPL.csv': `${header}\n${row}${more}\n` })
    .rows('AAPL', '1d', ALL)
    .map(({ open, high, low, close, volume }) => [open, high, low, close, volume]);

describe('a column', () => {
  it.each([
    ...['(000s)', "('000)", '(000)', '(K)', '(M)', '(in thousands)', '(thousands)', '[mio]', '(x1000)'],
    ...['(in lots)', '(Lakhs)', '_millions', ' in thousands', '_000s'],
  ])('of volumes that counts in others than shares is refused: Volume%s', (unit) => {
    expect(() => barsOf(`date,open,high,low,close,Volume${unit}`)).toThrow(
      `AAPL.csv, line 1: its column "Volume${unit}" says that its numbers are of another unit: write each in full, in shares`,
    );
  });

  it.each(['(cents)', '(in cents)', '[pence]', '(¢)', '(thousands)', '(%)'])(
    'of prices that are of another unit is refused: open %s',
    (unit) => {
      expect(() => barsOf(`date,open ${unit},high ${unit},low ${unit},close ${unit},volume`)).toThrow(
        `line 1: its column "open ${unit}" says that its numbers are of another unit: write prices in what`,
      );
    },
  );

  it.each(['(adj)', '(adjusted)', '[adj]', '(split adjusted)', '(split-adj.)'])(
    'of adjusted prices is none of prices as traded: close %s',
    (word) => {
      const all = `date,open ${word},high ${word},low ${word},close ${word},volume`;
      const none = (name: string): string =>
        `names no column "${name}" but the adjusted "${name} ${word}": a store has prices as they were traded, get those`;
      expect(() => barsOf(all)).toThrow(none('open'));
      expect(() => barsOf(`date,open,high,low,close ${word},volume`)).toThrow(none('close'));
      expect(barsOf(`date,open,high,low,close,volume,close ${word}`, ',3')).toEqual([[10, 14, 9, 12, 7]]);
    },
  );

  it('is refused below another header, in a file that is read in parts, and before a run', () => {
    const first = `date,open,high,low,close,volume\n${row}\n`;
    const second = 'date,open,high,low,close,volume (K)\n2024-01-09,10,14,9,12,7\n';
    expect(() => marketOf({ 'AAPL.csv': first + second }).intervals('AAPL')).toThrow(
      'line 3: its column "volume (K)"',
    );
    const rows = Array.from(
      { length: 60 },
      (_, i) => `2024-01-08 10:${String(i).padStart(2, '0')},10,14,9,12,7\n`,
    );
    const files = { 'AAPL.csv': `date,open,high,low,close,volume (K)\n${rows.join('')}` };
    for (const market of bothOf(files))
      expect(toldOf(market, 'AAPL')).toContain('line 1: its column "volume (K)"');
    const [file] = inspect({ path: folderOf(files) }, Date.now()).files;
    expect(file?.refused).toEqual([expect.stringContaining('its column "volume (K)" says')]);
  });

  it.each([
    'date,open (USD),high (USD),low (USD),close (USD),volume',
    'date,open (unadjusted),high (not adjusted),low (non-adjusted),close (raw),volume',
    'date,open,high,low,close,Volume (shares)',
    'date,open,high,low,close,Volume BTC',
    'date (UTC),open,high,low,close,Volume (ticks)',
  ])('that says what numbers are anyway is read: %s', (header) => {
    expect(barsOf(header)).toEqual([[10, 14, 9, 12, 7]]);
  });

  it('of another unit is passed over where there is one beside it', () => {
    expect(barsOf('date,open,high,low,close,volume,Volume (K),open (cents)', ',1,2')).toEqual([
      [10, 14, 9, 12, 7],
    ]);
  });
});
