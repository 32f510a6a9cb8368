import { grouped } from '../core/grouped.ts';
import type { IssuesReport, RejectedIssue } from './issues.ts';
import { named } from './named.ts';
import { type Page, printable, UNBOUNDED, wrapped } from './page.ts';
import { reasonPattern } from './reason-pattern.ts';
import { formatCount, plural } from './table.ts';
import { eachWarning, groupWarnings } from './warnings.ts';

/** Lines of a kind that are shown, unless the page wants all. */
const SHOWN = 20;

/** Rejected rows of one reason: up to so many are told one by one. */
const FEW = 3;

/** The issues for a terminal, each kind under a heading of its own. */
export function issuesText(report: IssuesReport, page = UNBOUNDED): string[] {
  const { rejected, warnings, unknownActions, setAside, unreadable } = report;
  const open = rejected.filter(({ resolved }) => !resolved);
  const replaced = rejected.length - open.length;
  const also = replaced === 0 ? '' : `, ${formatCount(replaced)} more were replaced by sound ones`;
  const odd = page.isWhole ? eachWarning(warnings) : groupWarnings(warnings);
  const parts = [
    section(
      `REJECTED ROWS (in quarantine${also})`,
      page.isWhole ? open.map(rejectedLine) : rejectedByReason(open),
      page,
    ),
    section(
      `STORED, BUT ODD (${plural(warnings.length, 'bar')})`,
      odd.map(({ title, note }) => `${title}: ${note}`),
      page,
    ),
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

function rejectedLine({ ticker, interval, session, reason, source }: RejectedIssue): string {
  return `${ticker} ${interval} ${session ?? '?'} ${source}: ${reason}`;
}

/** Many rows of one reason as one, in the place of the first. */
function rejectedByReason(rows: readonly RejectedIssue[]): string[] {
  const all = new Set(rows.map(({ ticker }) => ticker));
  const byReason = grouped(
    rows,
    ({ interval, source, reason }) => `${interval} ${source} ${reasonPattern(reason, all)}`,
  );
  return [...byReason.values()].flatMap((group) => {
    if (group.length <= FEW) return group.map(rejectedLine);
    const [first] = group;
    const tickers = [...new Set(group.map(({ ticker }) => ticker))];
    const where = `${plural(group.length, 'row')} of ${named(tickers)}`;
    return [`${where} ${first?.interval} ${first?.source}: ${first?.reason}`];
  });
}
