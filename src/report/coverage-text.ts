import { styleText } from 'node:util';
import { grouped } from '../core/grouped.ts';
import { closureLine, notStoredLine, unreadableLines } from './coverage-notes.ts';
import type { CoverageReport } from './coverage.ts';
import { LEAST_STRIP, monthStrip } from './coverage-strip.ts';
import { distrustedLines } from './distrusted-text.ts';
import { exchangeLines } from './exchange-text.ts';
import { type Page, printable, totalLine, UNBOUNDED, widthOf, wrapped } from './page.ts';
import { isLeftOut, type SeriesCoverage, type SeriesStanding } from './series-coverage.ts';
import { seriesNotes } from './series-notes.ts';
import { suspectedLines } from './suspected-text.ts';
import { stagedLines, uncomparedLines } from './staged-text.ts';
import { type Column, fittedTable, formatCount, formatPercent, NONE } from './table.ts';
import { unavailableLine } from './unavailable-text.ts';
import { WORST_FIRST } from './worst-first.ts';

/** All numbers are of the range that was asked for; `check-data --help` explains them. */
const COLUMNS: readonly Column<SeriesCoverage>[] = [
  { title: 'TICKER', text: ({ ticker }) => printable(ticker), least: 8 },
  { title: 'INT', text: ({ interval }) => interval },
  { title: 'FIRST', text: ({ first }) => first ?? NONE, leftOut: 2 },
  { title: 'LAST', text: ({ last }) => last ?? NONE, leftOut: 1 },
  { title: 'EXP', text: ({ expected }) => String(expected), right: true },
  { title: 'PRES', text: ({ present }) => String(present), right: true },
  { title: 'ABS', text: ({ absent }) => String(absent), right: true },
  { title: 'MISS', text: ({ missing }) => String(missing), right: true },
  { title: 'COVER', text: ({ coverage }) => formatPercent(coverage), right: true },
  { title: 'FETCHED', text: ({ fetchedAt }) => fetchedAt?.slice(0, 10) ?? NONE, leftOut: 3 },
];

/** So many series are listed without being asked for, and above them the exchanges are summed up. */
const FEW_SERIES = 40;

/** Of more series those that are not complete are listed, so many at most. */
const SHOWN_SERIES = 20;

/** Files that cannot be read, and closures, that are named. */
const SHOWN_LINES = 10;

/** What a report lists. */
export interface CoverageTextOptions {
  /** The sessions that are missing. */
  readonly missing: boolean;
  /** Only series that are not complete. Default all. */
  readonly onlyIncomplete?: boolean;
}

/**
 * The report for a terminal: a line a series, the worst first, below it its absences and (on demand) missing sessions;
 * totals last.
 */
export function coverageText(
  report: CoverageReport,
  { missing, onlyIncomplete = false }: CoverageTextOptions,
  page = UNBOUNDED,
): string[] {
  const { series, unreadable } = report;
  const staged = stagedLines(report.staged).flatMap((line) => totalLine(line, page));
  if (series.length === 0 && unreadable.length === 0) return ['The store has no series.', ...staged];
  const incomplete = series.filter(({ standing }) => standing !== 'complete');
  const wanted = onlyIncomplete ? incomplete : series;
  const isCut = !page.isWhole && wanted.length > FEW_SERIES;
  const listed = worstFirst(isCut ? incomplete : wanted);
  const shown = isCut ? listed.slice(0, SHOWN_SERIES) : listed;
  const bad = unreadableLines(report);
  const doubted = distrustedLines(report.distrusted ?? []);
  const closures = report.suspectedClosures.map(closureLine);
  const notStored = (report.notStored ?? []).map(notStoredLine);
  const none = wanted.length === 0 && series.length > 0 ? ['No series is incomplete.'] : [];
  const parts = [
    none,
    [
      ...seriesLines(shown, missing, page),
      ...(isCut ? leftLines(report, shown.length, incomplete.length) : []),
    ],
    notStored,
    [...someLines(bad, page), ...someLines(doubted, page), ...someLines(closures, page)],
    series.length > FEW_SERIES ? exchangeLines(series, page) : [],
    [...totalLines(report), ...report.unavailable.map((group) => unavailableLine(group))].flatMap((line) =>
      totalLine(line, page),
    ),
    (report.suspected === undefined ? [] : suspectedLines(report.suspected)).flatMap((line) =>
      totalLine(line, page),
    ),
    uncomparedLines(report.uncompared).flatMap((line) => totalLine(line, page)),
    staged,
  ];
  return parts.flatMap((part) => (part.length > 0 ? ['', ...part] : [])).slice(1);
}

function seriesLines(series: readonly SeriesCoverage[], missing: boolean, page: Page): string[] {
  if (series.length === 0) return [];
  const { columns, below, legend } = stripOf(series, page);
  const { head, rows } = fittedTable(columns, series, page.columns);
  return [
    page.hasColours ? styleText('bold', head, { validateStream: false }) : head,
    ...series.flatMap((one, i) => {
      return [
        ...(rows[i] ?? []).map((line) => coloured(line, one.standing, page)),
        ...below(one),
        ...seriesNotes(one, missing, page),
      ];
    }),
    ...legend.flatMap((line) => totalLine(line, page)),
  ];
}

/**
 * Where the months of series are shown on a terminal: in a last column, or, where it is too narrow for one, below those that
 * are not complete.
 */
function stripOf(series: readonly SeriesCoverage[], { columns }: Page) {
  const none = { columns: COLUMNS, below: (): string[] => [], legend: [] };
  if (!Number.isFinite(columns)) return none;
  const room = columns - widthOf(fittedTable(COLUMNS, series, columns).head) - 1;
  const beside = monthStrip(series, room);
  if (beside !== undefined) {
    const column: Column<SeriesCoverage> = { title: beside.title, text: beside.marks, leftOut: 4 };
    return { ...none, columns: [...COLUMNS, column], legend: [beside.legend] };
  }
  const incomplete = series.filter(({ standing }) => standing !== 'complete');
  const under = room < LEAST_STRIP ? monthStrip(incomplete, columns - 2) : undefined;
  if (under === undefined) return none;
  const below = (one: SeriesCoverage): string[] =>
    one.standing === 'complete' ? [] : [`  ${under.marks(one)}`];
  return { ...none, below, legend: [under.legend] };
}

/** How many are not listed, and how they can be. */
function leftLines({ series }: CoverageReport, shown: number, incomplete: number): string[] {
  const complete = series.length - incomplete;
  const left = [
    ...(incomplete > shown ? [`${formatCount(incomplete - shown)} not complete`] : []),
    ...(complete > 0 ? [`${formatCount(complete)} complete`] : []),
  ].join(', ');
  if (shown === 0) return [`All ${left}: --all lists them`];
  return left === '' ? [] : [`… and ${left}: --all lists them`];
}

/** The first of some lines, unless the page wants all. */
function someLines(lines: readonly string[], { isWhole, columns }: Page): string[] {
  const shown = isWhole ? lines : lines.slice(0, SHOWN_LINES);
  const more = lines.length - shown.length;
  return [
    ...shown.flatMap((line) => wrapped(printable(line), columns, { hang: 2 })),
    ...(more > 0 ? [`… and ${formatCount(more)} more: --all lists them`] : []),
  ];
}

/**
 * The order in which series are read: by standing, those judged by a guess behind the others that are not complete, then by
 * coverage; else as they come.
 */
function worstFirst(series: readonly SeriesCoverage[]): SeriesCoverage[] {
  // What begins late or ends early is no hole that somebody has to look at.
  const isWhole = ({ standing, holes, holesAround }: SeriesCoverage): boolean =>
    standing === 'holes' && holes === holesAround;
  const rank = (one: SeriesCoverage): number =>
    WORST_FIRST.indexOf(one.standing) +
    (isWhole(one) ? 0.5 : 0) +
    (isLeftOut(one) || one.standing === 'complete' ? WORST_FIRST.length : 0);
  const rankOf = new Map(series.map((one) => [one, rank(one)]));
  const byRank = grouped(series, (one) => rankOf.get(one) ?? 0);
  return [...byRank.keys()]
    .toSorted((a, b) => a - b)
    .flatMap((key) => (byRank.get(key) ?? []).toSorted((a, b) => coveredOf(a) - coveredOf(b)));
}

/** Of complete series, which are all as good, the order is that of their names. */
function coveredOf({ standing, coverage }: SeriesCoverage): number {
  return standing === 'complete' ? 100 : (coverage ?? 0);
}

/** Red: a run can mend it, or a file is damaged. Yellow: it lacks something that no run can bring now. */
function coloured(line: string, standing: SeriesStanding, { hasColours }: Page): string {
  if (!hasColours || standing === 'complete') return line;
  const isRed = standing === 'damaged' || standing === 'incomplete';
  return styleText(isRed ? 'red' : 'yellow', line, { validateStream: false });
}

/** Where nothing is known of the time since the last bar of all series: a history, seen as if it were to be kept up. */
export function staleHint({ series, totals }: CoverageReport): string | undefined {
  const last = series.reduce(
    (latest, one) => (one.last !== null && one.last > latest ? one.last : latest),
    '',
  );
  const isStale = ({ missingRuns }: SeriesCoverage): boolean => (missingRuns[0]?.from ?? '') > last;
  if (last === '' || totals.missing === 0 || !series.every((one) => one.missing === 0 || isStale(one)))
    return undefined;
  return `All that is missing is later than ${last}, the last bar; --end ${last} judges the history alone.`;
}

function totalLines({ totals }: CoverageReport): string[] {
  const counted = (name: string, count: number): string =>
    count === 0 ? '' : `${name}: ${formatCount(count)}  `;
  const advisory =
    totals.advisory === 0
      ? []
      : [`${formatCount(totals.advisory)} series without a known calendar left out of the totals`];
  const between = totals.holes - totals.holesAround - totals.holesRejected;
  const holes = [
    ...(between > 0 ? [`${formatCount(between)} between stored bars`] : []),
    ...(totals.holesAround > 0
      ? [`${formatCount(totals.holesAround)} before the first or after the last bar of a series`]
      : []),
    ...(totals.holesRejected > 0 ? [`${formatCount(totals.holesRejected)} whose rows were rejected`] : []),
  ];
  return [
    `Series: ${formatCount(totals.series)}  Complete: ${formatCount(totals.complete)}  ` +
      counted('With holes', totals.withHoles) +
      counted('Provisional', totals.provisional) +
      counted('Unavailable', totals.unavailable) +
      counted('Damaged', totals.damaged) +
      `Expected: ${formatCount(totals.expected)}  Present: ${formatCount(totals.present)}`,
    `Absent: ${formatCount(totals.absent)}  Missing: ${formatCount(totals.missing)}  ` +
      `Coverage: ${formatPercent(totals.coverage)}`,
    ...(holes.length > 0
      ? [`Without a bar, or with too few, though nobody says why: ${holes.join(', ')}`]
      : []),
    ...advisory,
  ];
}
