import type { InspectedFile, InspectedSeries, Inspection } from './inspection.ts';
import { cut, printable, widthOf, wrapped } from './page.ts';
import { formatCount, plural } from './table.ts';

/** Columns of the labels, and of all where nothing else is said. */
const LABEL = 14;
const WIDTH = 80;

const SEPARATORS: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars (|)',
};

/** An inspection for a terminal of so many columns, of 80 at most: a block a file, and the totals last. */
export function inspectionText({ files, basis, notes }: Inspection, columns = WIDTH): string[] {
  const width = Math.min(columns, WIDTH);
  const series = files.flatMap((file) => file.series);
  const refused = files.filter((file) => file.refused.length > 0).length;
  const bars = series.reduce((sum, { bars: count }) => sum + (count ?? 0), 0);
  const total = `${plural(files.length, 'file')}, ${formatCount(series.length)} series, ${plural(bars, 'bar')}; refused: ${plural(refused, 'file')}.`;
  return [
    ...files.flatMap((file) => [...fileLines(file, basis, width), '']),
    ...notes.flatMap((note) => wrapped(printable(note), width)),
    ...wrapped(`${total} Nothing was stored.`, width),
  ];
}

function fileLines(file: InspectedFile, basis: Inspection['basis'], width: number): string[] {
  const { dialect, series } = file;
  const labelled = (label: string, text: string): string[] => labelledLines(label, text, width);
  const isRead = series.length > 0;
  return [
    shortened(printable(file.path), width),
    ...series.flatMap((one) => labelled(`${one.ticker} ${one.interval}`, barsText(one))),
    ...(dialect === null ? [] : labelled('written', dialectText(dialect))),
    ...(dialect === null ? [] : labelled('columns', columnsText(dialect))),
    ...[...new Set(series.map(clockText))].flatMap((text) => labelled('clock', text)),
    ...(isRead ? labelled('basis', basis ?? 'to be said: --basis raw or --basis split-adjusted') : []),
    ...file.notes.flatMap((note) => labelled('note', note)),
    ...file.refused.flatMap((reason) => labelled('refused', reason)),
  ];
}

function barsText({ bars, refusedRows, first, last }: InspectedSeries): string {
  const count = bars === null ? 'a file a day' : plural(bars, 'bar');
  const range = first === null ? '' : `, ${first} to ${last}`;
  return `${count}${range}${refusedRows === 0 ? '' : `; ${plural(refusedRows, 'row')} left out`}`;
}

function dialectText({ encoding, separator, decimal, dates }: NonNullable<InspectedFile['dialect']>): string {
  const parts = `${encoding}, fields between ${SEPARATORS[separator] ?? separator}, decimal ${decimal}`;
  return dates === null ? parts : `${parts}, dates ${dates}`;
}

function columnsText({ used, unused }: NonNullable<InspectedFile['dialect']>): string {
  if (used === null) return 'no header: stamp, open, high, low, close, volume';
  return used.join(', ') + (unused.length === 0 ? '' : `; not read: ${unused.join(', ')}`);
}

function clockText({ interval, clock }: InspectedSeries): string {
  if (clock === null) return interval === '1d' ? 'none: session dates' : 'New York, or UTC of pairs (Lean)';
  const by = {
    offset: 'each time has its offset',
    header: `${clock.zone}, as the header says`,
    user: `${clock.zone}, as --csv-zone says`,
    default: `${clock.zone}, the exchange’s own: give --csv-zone if it is another`,
  };
  return by[clock.by];
}

/** A label and a text behind it, in lines. A label that is too long stands in a line of its own. */
function labelledLines(label: string, text: string, width: number): string[] {
  const lines = wrapped(printable(text), width, { indent: LABEL + 2 });
  const [first = '', ...rest] = lines;
  const head = `  ${printable(label)}`;
  return widthOf(head) >= LABEL + 2
    ? [cut(head, width), ...lines]
    : [`${head}${' '.repeat(LABEL + 2 - widthOf(head))}${first.trimStart()}`, ...rest];
}

/** The end of a path, which tells files apart. */
function shortened(path: string, width: number): string {
  const most = width - 2;
  return path.length <= most ? path : `…${path.slice(1 - most)}`;
}
