import { describe, expect, it } from 'vitest';
import { doctorText } from '../../src/report/doctor-text.ts';
import type { Damage } from '../../src/store/damage.ts';
import { barsPath } from '../../src/store/parquet/files/layout.ts';
import { AAPL_5M } from '../store/fixtures.ts';

const FIVE_FILE = barsPath({ series: AAPL_5M, period: '2025' });

describe('the text of an examination', () => {
  const damage: Damage = {
    path: FIVE_FILE,
    kind: 'impossible-values',
    what: `2 rows: ${'high 10 is below low 12 '.repeat(5)}(2025-05-03)`,
    mend: 'moves the rows to quarantine; the next run asks for their sessions again',
    mendable: true,
    mended: false,
  };

  it('fits 80 columns and sums up', () => {
    const stuck: Damage = { ...damage, kind: 'same-series', mendable: false };
    const page = { columns: 80, isWhole: false, hasColours: false };
    const lines = doctorText({ partitions: 9, rows: 99, damages: [damage, stuck] }, { fix: false }, page);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines[0]).toBe('KIND              PATH');
    expect(lines[1]).toBe(`impossible-values ${FIVE_FILE}`);
    expect(lines.at(-1)).toBe('2 damages in 1 file; run backfill doctor --fix to mend 1.');
  });

  it('speaks of no files where there are none', () => {
    const found = { partitions: 9, rows: 99, damages: [damage], keptIn: 'tables' } as const;
    expect(doctorText(found, { fix: false }).at(-1)).toBe(
      '1 damage in 1 part; run backfill doctor --fix to mend 1.',
    );
  });

  it('cuts a long list short on a terminal, by kind, and breaks paths at 60 columns', () => {
    const page = { columns: 60, isWhole: false, hasColours: false };
    const damages = Array.from({ length: 300 }, (_, i): Damage => ({ ...damage, path: `${FIVE_FILE}/${i}` }));
    const lines = doctorText({ partitions: 9, rows: 99, damages }, { fix: false }, page);
    expect(lines.length).toBeLessThan(150);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
    expect(lines.slice(-4)).toEqual([
      '… and 280 more (impossible-values 280): --all lists them',
      '',
      '300 damages in 300 files; run backfill doctor --fix to mend',
      '300.',
    ]);
    const whole = doctorText({ partitions: 9, rows: 99, damages }, { fix: false });
    expect(whole.filter((line) => line.startsWith('impossible-values '))).toHaveLength(300);
  });

  it('says what was mended and what is left', () => {
    const damages: Damage[] = [
      { ...damage, mended: true },
      { ...damage, path: 'x\u001B[2Jy' },
    ];
    const lines = doctorText({ partitions: 9, rows: 99, damages }, { fix: true });
    expect(lines.slice(-2)).toEqual([
      '2 damages in 2 files: 1 mended, 1 left.',
      'Run the same backfill again: it fetches what is missing now.',
    ]);
    expect(lines.filter((line) => /^ {2}(mended|left): moves/.test(line))).toHaveLength(2);
    expect(lines.join('')).not.toMatch(/\p{Cc}/u);
  });

  describe('of what is left over and harmless', () => {
    const leftover: Damage = {
      ...damage,
      kind: 'stale-temp',
      path: 'quarantine/forgotten/x',
      harmless: true,
    };
    const endOf = (damages: readonly Damage[], fix: boolean): string[] => {
      const lines = doctorText({ partitions: 9, rows: 99, damages }, { fix });
      return lines.slice(lines.indexOf('') + 1);
    };

    it('names it, and does not call it a damage', () => {
      expect(endOf([leftover], false)).toEqual([
        'Examined 9 partitions (99 rows): no damage.',
        '1 harmless leftover; backfill doctor --fix removes it.',
      ]);
      expect(doctorText({ partitions: 9, rows: 99, damages: [leftover] }, { fix: false })[1]).toContain(
        'quarantine/forgotten/x',
      );
    });

    it('names several, and removes them', () => {
      const other = { ...leftover, path: 'runs/.x.1-0-0.tmp' };
      expect(endOf([leftover, other], false).at(-1)).toBe(
        '2 harmless leftovers; backfill doctor --fix removes them.',
      );
    });

    it('counts it apart from damages', () => {
      expect(endOf([damage, leftover], false)).toEqual([
        '1 damage in 1 file; run backfill doctor --fix to mend 1.',
        '1 harmless leftover; backfill doctor --fix removes it.',
      ]);
    });

    it('proposes no run once it is removed', () => {
      expect(endOf([{ ...leftover, mended: true }], true)).toEqual([
        'Examined 9 partitions (99 rows): no damage.',
        '1 harmless leftover: 1 removed, 0 left.',
      ]);
    });
  });
});
