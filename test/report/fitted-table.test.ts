import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { widthOf } from '../../src/report/page.ts';
import { type Column, fittedTable } from '../../src/report/table.ts';

describe('a table on a narrow page', () => {
  interface Row {
    readonly ticker: string;
    readonly first: string;
    readonly note: string;
  }
  const columns: readonly Column<Row>[] = [
    { title: 'TICKER', text: ({ ticker }) => ticker, least: 8 },
    { title: 'FIRST', text: ({ first }) => first, leftOut: 1 },
    { title: 'LAST', text: ({ first }) => first, leftOut: 2 },
    { title: 'COUNT', text: () => '7', right: true },
  ];
  const first = '2026-01-02';
  const row = (ticker: string): Row => ({ ticker, first, note: '' });

  it('leaves out columns, those that are needed least first, then shortens names', () => {
    const heads = [40, 38, 30, 25, 20].map((width) => fittedTable(columns, [row('LONGNAME.PA')], width).head);
    expect(heads).toEqual([
      'TICKER      FIRST      LAST       COUNT',
      'TICKER     FIRST      LAST       COUNT',
      'TICKER      FIRST      COUNT',
      'TICKER   FIRST      COUNT',
      'TICKER      COUNT',
    ]);
    expect(fittedTable(columns, [row('LONGNAME.PA')], 25).rows).toEqual([['LONGNAM… 2026-01-02     7']]);
  });

  it('never is wider than its page, whatever the names', () => {
    const name = fc.string({ unit: fc.constantFrom('A', '.', '株', '👍🏽', 'é'), minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 20, max: 100 }),
        (names, width) => {
          const { head, rows } = fittedTable(columns, names.map(row), width);
          expect(widthOf(head)).toBeLessThanOrEqual(width);
          expect(new Set(rows.flat().map(widthOf)).size).toBe(1);
          expect(widthOf(rows.flat()[0] ?? '')).toBe(widthOf(head));
        },
      ),
    );
  });

  it('goes on below itself in its last column', () => {
    const noted = [...columns.slice(0, 1), { title: 'NOTE', text: ({ note }: Row) => note, goesOn: true }];
    const rows = [{ ticker: 'AAPL', first, note: 'open 1.25 > 1.5, close 2.25 > 2.5' }];
    expect(fittedTable(noted, rows, 35).rows).toEqual([
      ['AAPL   open 1.25 > 1.5, close 2.25', '       > 2.5'],
    ]);
    expect(fittedTable(noted, rows, 80).rows).toEqual([['AAPL   open 1.25 > 1.5, close 2.25 > 2.5']]);
  });
});
