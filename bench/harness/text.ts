import { table } from '../../src/index.ts';
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
  return `${valueText(median, unit)} (${bare(least, unit)}–${bare(most, unit)})`;
}

/** A value with its unit, rounded to what is worth reading. */
export function valueText(value: number, unit: Unit): string {
  if (unit === 'times') return `${bare(value, unit)}×`;
  if (unit === 'percent') return `${bare(value, unit)} %`;
  if (unit === 'bytes') return `${bare(value, unit)} MB`;
  if (unit === 'ms') return `${bare(value, unit)} s`;
  return bare(value, unit);
}

/** In the unit that is shown: seconds, MB of 2^20 bytes, percent. */
function bare(value: number, unit: Unit): string {
  const digits = (shown: number): string => shown.toFixed(shown < 0.1 ? 4 : shown < 10 ? 2 : 1);
  if (unit === 'bytes') return String(Math.round(value / 2 ** 20));
  if (unit === 'percent') return String(Math.round(value * 100));
  if (unit === 'ms') return digits(value / 1000);
  if (unit === 'times') return digits(value);
  return Math.round(value).toLocaleString('en');
}
