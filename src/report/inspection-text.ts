import type { InspectedFile, InspectedSeries, Inspection } from './inspection.ts';
import { formatCount, plural } from './table.ts';
import { printable, wrapped } from './wrapped.ts';

/** Columns of the labels, and those left of a path. */
const LABEL = 14;
const LONGEST_PATH = 78;

const SEPARATORS: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars (|)',
};

/** An inspection for a terminal: a block a file, and the totals last. */
export function inspectionText({ files, basis, notes }: Inspection): string[] {
  const series = files.flatMap((file) => file.series);
  const refused = files.filter((file) => file.refused.length > 0).length;
  const bars = series.reduce((sum, { bars: count }) => sum + (count ?? 0), 0);
  const total = `${plural(files.length, 'file')}, ${formatCount(series.length)} series, ${plural(bars, 'bar')}; refused: ${plural(refused, 'file')}.`;
  return [
    ...files.flatMap((file) => [...fileLines(file, basis), '']),
    ...notes.flatMap((note) => wrapped(note, 0)),
    ...wrapped(`${total} Nothing was stored.`, 0),
  ];
}

function fileLines(file: InspectedFile, basis: Inspection['basis']): string[] {
  const { dialect, series } = file;
  const isRead = series.length > 0;
  return [
    shortened(printable(file.path)),
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
function labelled(label: string, text: string): string[] {
  const lines = wrapped(text, LABEL + 2);
  const [first = '', ...rest] = lines;
  const head = `  ${printable(label)}`;
  return head.length >= LABEL + 2
    ? [head, ...lines]
    : [`${head.padEnd(LABEL + 2)}${first.trimStart()}`, ...rest];
}

function shortened(path: string): string {
  return path.length <= LONGEST_PATH ? path : `…${path.slice(1 - LONGEST_PATH)}`;
}
