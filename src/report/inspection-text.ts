import { seriesKey } from '../core/bars/bars.ts';
import { grouped } from '../core/grouped.ts';
import type { InspectedFile, InspectedSeries, Inspection } from './inspection.ts';
import { cut, type Page, printable, UNBOUNDED, widthOf, wrapped } from './page.ts';
import { formatCount, plural } from './table.ts';

/** Columns of the labels, and of all on a terminal. */
const LABEL = 14;
const WIDTH = 80;

const SEPARATORS: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars (|)',
};

/** Files of which a block each can be read through. */
const MANY = 10;

/** Odd files that are named on a terminal where there are many. */
const SHOWN = 20;

/**
 * An inspection, on a terminal in 80 columns at most, elsewhere in whole lines: a block a file, and last what a run would store of
 * all. Of many
 * files those that are written alike are one block, and the odd ones are named, on a terminal the first of them, unless the
 * page wants all.
 */
export function inspectionText(inspection: Inspection, page: Page = UNBOUNDED): string[] {
  const { files, basis, notes, stored } = inspection;
  const width = page.columns === UNBOUNDED.columns ? page.columns : Math.min(page.columns, WIDTH);
  const isShort = !page.isWhole && files.length > MANY;
  const series = files.flatMap((file) => file.series);
  const refused = files.filter((file) => file.refused.length > 0).length;
  const count = files.filter(({ isFolder }) => isFolder !== true).length;
  const total = `${plural(count, 'file')}, ${formatCount(stored.series)} series, ${plural(stored.bars, 'bar')}; refused: ${plural(refused, 'file')}.`;
  const why = files.length + notes.length === 0 ? 'It holds no file' : 'No file of it can be read';
  const nothing = series.length === 0 ? ` ${why}: a run would refuse it.` : '';
  return [
    ...(isShort ? summaryLines(files, basis, width) : files.flatMap((file) => fileLines(file, basis, width))),
    ...notes.flatMap((note) => wrapped(printable(note), width)),
    ...wrapped(`${total}${nothing} Nothing was stored.`, width),
  ];
}

function barsIn(series: readonly InspectedSeries[]): number {
  return series.reduce((sum, { bars }) => sum + (bars ?? 0), 0);
}

/** A block for the files that are written alike, the most first; then the odd ones. */
function summaryLines(files: readonly InspectedFile[], basis: Inspection['basis'], width: number): string[] {
  const read = files.filter(({ series }) => series.length > 0);
  const byKey = grouped(
    read.flatMap((file) => file.series),
    seriesKey,
  );
  const isShared = (one: InspectedSeries): boolean => (byKey.get(seriesKey(one))?.length ?? 0) > 1;
  const alike = [...grouped(read, (file) => understoodLines(file, basis, width).join('\n'))];
  const odd = files.flatMap(({ path, refused, notes }) => [
    ...refused.map((reason) => ({ label: 'refused', text: `${path}: ${reason}` })),
    ...notes.map((note) => ({ label: 'note', text: `${path}: ${note}` })),
  ]);
  // Whoever searches a file or a pipe for one of them is to find it.
  const shown = width === UNBOUNDED.columns ? odd.length : SHOWN;
  const left = odd.length - shown;
  return [
    ...alike
      .toSorted(([, a], [, b]) => b.length - a.length)
      .flatMap(([lines, group]) => [...groupLines(group, isShared, width), ...lines.split('\n'), '']),
    ...odd
      .toSorted((a, b) => Number(a.label === 'note') - Number(b.label === 'note'))
      .slice(0, shown)
      .flatMap(({ label, text }) => labelledLines(label, text, width)),
    ...(left > 0 ? [`  … and ${formatCount(left)} more: --all lists them`] : []),
    ...(odd.length > 0 ? [''] : []),
  ];
}

/**
 * How many files are written alike, and what is in them; of series that are in other files too (`isShared`) only the rows are
 * known, of which some may be the same.
 */
function groupLines(
  files: readonly InspectedFile[],
  isShared: (one: InspectedSeries) => boolean,
  width: number,
): string[] {
  const [first, second] = files;
  const series = files.flatMap((file) => file.series);
  const head = second === undefined ? '' : `${plural(files.length, 'file')} such as `;
  return [
    ...wrapped(head + shortened(printable(first?.path ?? ''), width - head.length), width),
    ...[...grouped(series, ({ interval }) => interval)].flatMap(([interval, ofOne]) => {
      const count = new Set(ofOne.map(seriesKey)).size;
      const text = barsText(joined(ofOne), ofOne.some(isShared) ? 'row' : 'bar');
      return labelledLines(interval, `${formatCount(count)} series, ${text}`, width);
    }),
  ];
}

/** Series of one interval as if they were one. */
function joined(series: readonly InspectedSeries[]): Parameters<typeof barsText>[0] {
  const days = series.flatMap(({ first, last }) => [first ?? [], last ?? []].flat()).toSorted();
  return {
    bars: series.every(({ bars }) => bars === null) ? null : barsIn(series),
    refusedRows: series.reduce((sum, { refusedRows }) => sum + refusedRows, 0),
    currencies: new Set(series.flatMap(({ currency }) => currency ?? [])),
    first: days.at(0) ?? null,
    last: days.at(-1) ?? null,
  };
}

function fileLines(file: InspectedFile, basis: Inspection['basis'], width: number): string[] {
  const labelled = (label: string, text: string): string[] => labelledLines(label, text, width);
  return [
    shortened(printable(file.path), width),
    ...file.series.flatMap((one) => labelled(`${one.ticker} ${one.interval}`, barsText(joined([one])))),
    ...understoodLines(file, basis, width),
    ...file.notes.flatMap((note) => labelled('note', note)),
    ...file.refused.flatMap((reason) => labelled('refused', reason)),
    '',
  ];
}

/** How a file is written, its clock and the basis of its prices. */
function understoodLines(
  { dialect, pricesOver, series }: InspectedFile,
  basis: Inspection['basis'],
  width: number,
): string[] {
  const labelled = (label: string, text: string): string[] => labelledLines(label, text, width);
  const isRead = series.length > 0;
  return [
    ...(dialect === null ? [] : labelled('written', dialectText(dialect))),
    ...(dialect === null ? [] : labelled('columns', columnsText(dialect))),
    ...(pricesOver === undefined ? [] : labelled('prices', `/ ${formatCount(pricesOver)}, as Lean has them`)),
    ...[...new Set(series.map(clockText))].flatMap((text) => labelled('clock', text)),
    ...(isRead ? labelled('basis', basis ?? 'to be said: --basis raw or --basis split-adjusted') : []),
  ];
}

function barsText(
  {
    bars,
    refusedRows,
    first,
    last,
    currencies,
  }: Pick<InspectedSeries, 'bars' | 'refusedRows' | 'first' | 'last'> & {
    /** What their prices are in, as far as files say it. */
    readonly currencies: ReadonlySet<string>;
  },
  unit: 'bar' | 'row' = 'bar',
): string {
  const count = bars === null ? 'a file a day' : plural(bars, unit);
  const range = first === null ? '' : `, ${first} to ${last}`;
  const money = currencies.size === 0 ? '' : ` in ${[...currencies].toSorted().join(', ')}`;
  return `${count}${money}${range}${refusedRows === 0 ? '' : `; ${plural(refusedRows, 'row')} left out`}`;
}

function dialectText({ encoding, separator, decimal, dates }: NonNullable<InspectedFile['dialect']>): string {
  const parts = `${encoding}, fields between ${SEPARATORS[separator] ?? separator}, decimal ${decimal}`;
  return dates === null ? parts : `${parts}, dates ${dates}`;
}

function columnsText({ hasHeader, used, unused }: NonNullable<InspectedFile['dialect']>): string {
  const named = hasHeader ? '' : 'no header: ';
  return named + used.join(', ') + (unused.length === 0 ? '' : `; not read: ${unused.join(', ')}`);
}

function clockText({ interval, clock }: InspectedSeries): string {
  if (clock === null) return interval === '1d' ? 'none: session dates' : 'New York, or UTC of pairs (Lean)';
  const by = {
    offset: 'each time has its offset',
    header: `${clock.zone}, as the header says`,
    user: `${clock.zone}, as --csv-zone says`,
    default: `${clock.zone}, the exchange’s own: give --csv-zone if it is another`,
  };
  return interval === '1d' ? `its times tell the session dates: ${by[clock.by]}` : by[clock.by];
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
