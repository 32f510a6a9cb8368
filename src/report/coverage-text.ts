import type { CoverageReport } from './coverage.ts';
import { distrustedLines } from './distrusted-text.ts';
import type { ReportedAbsence, SeriesCoverage } from './series-coverage.ts';
import { unavailableLine } from './unavailable-text.ts';
import { type Column, formatCount, table } from './table.ts';

const NONE = '-';

/** 80 columns wide for tickers of up to 8 letters. */
const COLUMNS: readonly Column<SeriesCoverage>[] = [
  { title: 'TICKER', text: ({ ticker }) => ticker },
  { title: 'INT', text: ({ interval }) => interval },
  { title: 'FIRST', text: ({ first }) => first ?? NONE },
  { title: 'LAST', text: ({ last }) => last ?? NONE },
  { title: 'EXP', text: ({ expected }) => String(expected), right: true },
  { title: 'PRES', text: ({ present }) => String(present), right: true },
  { title: 'ABS', text: ({ absent }) => String(absent), right: true },
  { title: 'MISS', text: ({ missing }) => String(missing), right: true },
  { title: 'COVER', text: ({ coverage }) => formatPercent(coverage), right: true },
  { title: 'ROWS', text: ({ rows }) => String(rows), right: true },
  { title: 'FETCHED', text: ({ fetchedAt }) => fetchedAt?.slice(0, 10) ?? NONE },
];

/** Runs of one reason that are named in the table; the rest is counted (`--json` has them all). */
const NAMED_RUNS = 4;

/** The report for a terminal: a line a series, its absences and (on demand) missing sessions below, totals last. */
export function coverageText(report: CoverageReport, options: { missing: boolean }): string[] {
  const { series, unreadable } = report;
  if (series.length === 0 && unreadable.length === 0) return ['The store has no series.'];
  const [head = '', ...lines] = table(COLUMNS, series);
  const body = series.flatMap((one, i) => [
    lines[i] ?? '',
    ...absenceLines(one),
    ...one.damaged.map((path) => `  damaged: ${path}`),
    ...provisionalLines(one),
    ...(options.missing ? missingLines(one) : []),
  ]);
  const bad = unreadable.map(({ path, reason }) => `unreadable: ${path}: ${reason}`);
  const doubted = distrustedLines(report.distrusted ?? []);
  const closures = report.suspectedClosures.map(
    ({ calendar, session, tickers }) =>
      `${calendar} ${session}: none of ${tickers} tickers has it; was the exchange closed that day?`,
  );
  return [
    head,
    ...body,
    ...bad,
    ...doubted,
    ...closures,
    '',
    ...totalLines(report),
    ...unavailableLines(report),
  ];
}

function unavailableLines({ unavailable }: CoverageReport): string[] {
  return unavailable.map((group) => unavailableLine(group));
}

/** Sessions of which the stored bars may not be the last word: those that are over by name, and the one that may go on. */
function provisionalLines({ provisional, unsure, provisionalSessions }: SeriesCoverage): string[] {
  const open = provisional - unsure;
  const openLines = open === 0 ? [] : [`  provisional ${open}: not settled yet, fetched again once it is`];
  if (unsure === 0) return openLines;
  const named = provisionalSessions.slice(0, NAMED_RUNS);
  const more = unsure > NAMED_RUNS ? [`and ${unsure - NAMED_RUNS} more`] : [];
  return [
    `  provisional ${unsure}: ${[...named, ...more].join(', ')} (not final: fetched again, or confirmed by the next answer)`,
    ...openLines,
  ];
}

function absenceLines({ absences, advisory, calendar }: SeriesCoverage): string[] {
  const reasons = [...new Set(absences.map(({ reason }) => reason))];
  const lines = reasons.flatMap((reason) => {
    const runs = absences.filter((run) => run.reason === reason);
    const sessions = runs.reduce((sum, run) => sum + run.sessions, 0);
    const named = runs.slice(0, NAMED_RUNS).map(runText);
    const more = runs.length > NAMED_RUNS ? [`and ${runs.length - NAMED_RUNS} more`] : [];
    const [first] = runs;
    const said = first === undefined ? '' : ` (${first.provider}, ${first.checkedAt.slice(0, 10)})`;
    const notes = new Set(runs.flatMap(({ note }) => (note === undefined ? [] : [note])));
    return [
      `  ${reason} ${sessions}: ${[...named, ...more].join(', ')}${said}`,
      ...[...notes].slice(0, NAMED_RUNS).map((note) => `    ${note}`),
    ];
  });
  if (advisory) lines.push(`  no calendar for this exchange: expected is a guess (${calendar})`);
  return lines;
}

/** Where nothing is known of the time since the last bar of all series: a history, seen as if it were to be kept up. */
export function staleHint({ series, totals }: CoverageReport): string | undefined {
  const last = series.reduce(
    (latest, one) => (one.last !== null && one.last > latest ? one.last : latest),
    '',
  );
  const isStale = ({ missingSessions }: SeriesCoverage): boolean => (missingSessions[0] ?? '') > last;
  if (last === '' || totals.missing === 0 || !series.every((one) => one.missing === 0 || isStale(one)))
    return undefined;
  return `All that is missing is later than ${last}, the last bar; --end ${last} judges the history alone.`;
}

function missingLines({ missingSessions }: SeriesCoverage): string[] {
  const lines: string[] = [];
  for (let i = 0; i < missingSessions.length; i += 6) {
    lines.push(`  missing ${missingSessions.slice(i, i + 6).join(' ')}`);
  }
  return lines;
}

function runText({ from, to }: ReportedAbsence): string {
  return from === to ? from : `${from}..${to}`;
}

function totalLines({ totals }: CoverageReport): string[] {
  const counted = (name: string, count: number): string =>
    count === 0 ? '' : `${name}: ${formatCount(count)}  `;
  const advisory =
    totals.advisory === 0
      ? []
      : [`${totals.advisory} series without a known calendar left out of the totals`];
  return [
    `Series: ${formatCount(totals.series)}  Complete: ${formatCount(totals.complete)}  ` +
      counted('With holes', totals.withHoles) +
      counted('Provisional', totals.provisional) +
      counted('Unavailable', totals.unavailable) +
      counted('Damaged', totals.damaged) +
      `Expected: ${formatCount(totals.expected)}  Present: ${formatCount(totals.present)}`,
    `Absent: ${formatCount(totals.absent)}  Missing: ${formatCount(totals.missing)}  ` +
      `Coverage: ${formatPercent(totals.coverage)}`,
    ...advisory,
  ];
}

function formatPercent(percent: number | null): string {
  return percent === null ? NONE : `${percent.toFixed(percent === 100 ? 1 : 2)}%`;
}
