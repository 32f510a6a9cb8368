import { table } from '../../src/terminal.ts';
import type { Cell, Table, Unit } from './question.ts';

/** A table as lines of text: the median, and after it the least and the most of several runs. */
export function tableText({ title, columns, rows }: Table): string[] {
  return [
    title,
    ...table(
      [
        { title: '', text: (row) => row.name },
        ...columns.map(({ key, title: head, unit }) => ({
          title: head,
          text: (row: Table['rows'][number]) => ` ${cellText(row.cells[key] ?? null, unit)}`,
          right: unit !== 'text',
        })),
      ],
      rows,
    ),
  ];
}

export function cellText(cell: Cell, unit: Unit): string {
  if (cell === null) return '–';
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number') return valueText(cell, unit);
  const { median, least, most, runs } = cell;
  if (runs === 1) return valueText(median, unit);
  const { bare, symbol } = shownAs(unit, median);
  return `${bare(median)}${symbol} (${bare(least)}–${bare(most)})`;
}

/** A value with its unit, rounded to what is worth reading. */
export function valueText(value: number, unit: Unit): string {
  const { bare, symbol } = shownAs(unit, value);
  return `${bare(value)}${symbol}`;
}

/** How values about as large as one are written. */
function shownAs(unit: Unit, like: number): { bare: (value: number) => string; symbol: string } {
  const over = (divisor: number) => (value: number) => digits(value / divisor);
  if (unit === 'bytes') return { bare: (value) => String(Math.round(value / 2 ** 20)), symbol: ' MB' };
  if (unit === 'percent') return { bare: (value) => String(Math.round(value * 100)), symbol: ' %' };
  if (unit === 'times') return { bare: over(1), symbol: '×' };
  if (unit === 'ms')
    return like < 1000 ? { bare: over(1), symbol: ' ms' } : { bare: over(1000), symbol: ' s' };
  return { bare: (value) => value.toLocaleString('en', { maximumFractionDigits: 1 }), symbol: '' };
}

function digits(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
