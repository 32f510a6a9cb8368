import { largest, smallest } from '../core/extremes.ts';
import { grouped } from '../core/grouped.ts';
import { type IssuesReport, type RejectedIssue, stampOf } from './issues.ts';
import { named } from './named.ts';
import { type Page, printable, UNBOUNDED, wrapped } from './page.ts';
import { reasonPattern } from './reason-pattern.ts';
import { revisedLine } from './revised-issues.ts';
import { formatCount, plural } from './table.ts';
import { eachWarning, groupWarnings } from './warnings.ts';

/** Lines of a kind that are shown, unless the page wants all. */
const SHOWN = 20;

/** Rejected rows of one reason: up to so many lines, or sessions, are told one by one. */
const FEW = 3;

/** The issues for a terminal, each kind under a heading of its own. */
export function issuesText(report: IssuesReport, page = UNBOUNDED): string[] {
  const { rejected, warnings, revised, unknownActions, setAside, unreadable } = report;
  const [open, ofWhole] = [
    rejected.filter(({ resolved }) => !resolved),
    rejected.filter(({ resolved }) => resolved),
  ];
  const listed = page.isWhole ? rejectedBySeries : rejectedByReason;
  const odd = page.isWhole ? eachWarning(warnings) : groupWarnings(warnings);
  const parts = [
    section('REJECTED ROWS (in quarantine)', listed(open), page),
    section(
      `STORED, BUT ODD (${plural(warnings.length, 'bar')})`,
      odd.map(({ title, note }) => `${title}: ${note}`),
      page,
    ),
    section('FINAL BARS THAT CAME AGAIN OTHERWISE (--revisions lists each)', revised.map(revisedLine), page),
    section(
      'SPLITS AND DIVIDENDS NOT KNOWN (prices there cannot be adjusted)',
      unknownActions.map(
        ({ ticker, from, to, sessions }) => `${ticker} ${from}..${to}: ${plural(sessions, 'session')}`,
      ),
      page,
    ),
    section('FILES SET ASIDE', setAside, page),
    section(
      'FILES THAT CANNOT BE READ',
      unreadable.map(({ path, reason }) => `${path}: ${reason}`),
      page,
    ),
    section(
      `REJECTED WHERE SOUND BARS STAND (${plural(ofWhole.length, 'row')} in quarantine, nothing lacks)`,
      listed(ofWhole),
      page,
    ),
  ];
  const lines = parts.flat();
  return lines.length === 0 ? ['No issues.'] : lines.slice(1);
}

function section(title: string, lines: readonly string[], { columns, isWhole }: Page): string[] {
  if (lines.length === 0) return [];
  const shown = isWhole ? lines : lines.slice(0, SHOWN);
  const more = lines.length - shown.length;
  return [
    '',
    ...wrapped(title, columns, { hang: 2 }),
    ...shown.flatMap((line) => wrapped(printable(line), columns, { indent: 2, hang: 2 })),
    ...(more > 0 ? [`  … and ${formatCount(more)} more: --all lists them`] : []),
  ];
}

/** Rejected rows, a line each; those of one session of which the same is said as one, in the place of the first. */
function rejectedBySession(rows: readonly RejectedIssue[]): string[] {
  const alike = grouped(rows, ({ ticker, interval, session, source, reason }) =>
    JSON.stringify([ticker, interval, session, source, reason]),
  );
  return [...alike.values()].map((group) => {
    const [{ ticker, interval, session, source, reason }] = group as [RejectedIssue];
    const count = group.length === 1 ? '' : ` ${plural(group.length, 'row')},`;
    return `${ticker} ${interval} ${session ?? '?'}${timesOf(group)} ${source}:${count} ${reason}`;
  });
}

/** Rejected rows of one series, those of many sessions of which the same is said as one, in the place of the first. */
function rejectedBySeries(rows: readonly RejectedIssue[]): string[] {
  const alike = grouped(rows, ({ ticker, interval, session, source, reason }) =>
    JSON.stringify([ticker, interval, session === null, source, reason]),
  );
  return [...alike.values()].flatMap((group) => {
    const sessions = [...new Set(group.map(({ session }) => session ?? '?'))].toSorted();
    if (sessions.length <= FEW) return rejectedBySession(group);
    const [{ ticker, interval, source, reason }] = group as [RejectedIssue];
    const count = `${plural(group.length, 'row')} of ${plural(sessions.length, 'session')}`;
    return [`${ticker} ${interval} ${sessions[0]}..${sessions.at(-1)} ${source}: ${count}, ${reason}`];
  });
}

/** ` 14:30Z`, or ` 14:30Z to 20:59Z`: when the bars of a session began, the first and the last; nothing of days. */
function timesOf(rows: readonly RejectedIssue[]): string {
  if (rows[0]?.interval === '1d') return '';
  const stamps = rows.map(({ row }) => stampOf(row)).filter((ts) => ts !== null);
  if (stamps.length === 0) return '';
  const times = [smallest(stamps), largest(stamps)].map(
    (ts) => `${new Date(ts).toISOString().slice(11, 16)}Z`,
  );
  return ` ${[...new Set(times)].join(' to ')}`;
}

/** Many rows of one reason as one, in the place of the first. */
function rejectedByReason(rows: readonly RejectedIssue[]): string[] {
  const all = new Set(rows.map(({ ticker }) => ticker));
  const byReason = grouped(
    rows,
    ({ interval, source, reason }) => `${interval} ${source} ${reasonPattern(reason, all)}`,
  );
  return [...byReason.values()].flatMap((group) => {
    const bySession = rejectedBySession(group);
    if (bySession.length <= FEW) return bySession;
    const [first] = group;
    const tickers = [...new Set(group.map(({ ticker }) => ticker))];
    const where = `${plural(group.length, 'row')} of ${named(tickers)}`;
    return [`${where} ${first?.interval} ${first?.source}: ${first?.reason}`];
  });
}
