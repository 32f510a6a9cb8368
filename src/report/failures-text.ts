import { type Failure, isUnavailability } from '../backfill/failure.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import { grouped } from '../core/grouped.ts';
import { named } from './named.ts';
import { cut, type Page, printable, wrapped } from './page.ts';
import { whereLines } from './where-text.ts';
import { reasonPattern } from './reason-pattern.ts';
import { formatCount, plural } from './table.ts';

/** Failures of one reason: up to so many are told one by one. */
const FEW = 3;

/** Reasons that are shown. */
const SHOWN = 10;

/** Columns of a message that are shown, unless the page wants all. */
const LONGEST_MESSAGE = 320;

/** `T2` before `T10`. */
const byName = new Intl.Collator('en', { numeric: true });

/**
 * What failed, and what was found not to be had, each under a heading with how many series those are: alike failures as one,
 * those of most tickers first. The page may want each by itself.
 */
export function failureLines(
  { failures, runId }: Pick<RunSummary, 'failures' | 'runId'>,
  page: Page,
): string[] {
  const errors = failures.filter((failure) => !isUnavailability(failure));
  return [
    ...listed('FAILED', errors, runId, page),
    ...listed('CANNOT BE HAD', failures.filter(isUnavailability), runId, page),
  ];
}

function listed(
  heading: string,
  failures: readonly Failure[],
  runId: string | undefined,
  page: Page,
): string[] {
  if (failures.length === 0) return [];
  const parts = page.isWhole ? failures.map((failure) => [failure]) : byReason(failures);
  const shown = page.isWhole ? parts : parts.slice(0, SHOWN);
  const left = parts.slice(shown.length).flat();
  return [
    '',
    `${heading} (${formatCount(seriesOf(failures))})`,
    ...shown.flatMap((part) => reasonLines(part, page)),
    ...(left.length > 0
      ? wrapped(`… and ${plural(left.length, 'failure')} more: ${codesOf(left)}`, page.columns)
      : []),
    ...(shown.some((part) => part.length > 1) || left.length > 0 ? whereLines(runId, page) : []),
  ];
}

/** Series that failed, as the totals count them: one may have failed for several reasons. */
function seriesOf(failures: readonly Failure[]): number {
  return new Set(failures.map(({ ticker, interval }) => `${ticker} ${interval}`)).size;
}

/** The failures alone, a line a reason: for a mail. The page may want each by itself. */
export function failureMessages(failures: readonly Failure[], page: Page): string[] {
  const parts = page.isWhole ? failures.map((failure) => [failure]) : byReason(failures);
  return parts.map((part) => {
    const [{ ticker, interval, code, message }] = part as [Failure];
    if (part.length === 1) return `${ticker} ${interval}: ${code}: ${message}`;
    const [all, names] = [`${plural(tickersOf(part).length, 'ticker')} ${interval}`, named(tickersOf(part))];
    return isSaidOfAll(part)
      ? `${all}: ${code}: ${message} (${names})`
      : `${all} (${names}): ${code}, such as of ${ticker}: ${message}`;
  });
}

/** Groups of one code and one message, but for the numbers and tickers in it; of few each by itself, last. */
function byReason(failures: readonly Failure[]): Failure[][] {
  const tickers = new Set(failures.map(({ ticker }) => ticker));
  const inOrder = failures.toSorted((a, b) => byName.compare(a.ticker, b.ticker));
  const groups = grouped(
    inOrder,
    ({ interval, code, message }) => `${interval} ${code} ${reasonPattern(message, tickers)}`,
  );
  const parts = [...groups.values()].flatMap((group) =>
    group.length > FEW ? [group] : group.map((failure) => [failure]),
  );
  return parts.toSorted((a, b) => tickersOf(b).length - tickersOf(a).length || b.length - a.length);
}

/** Each once, though several tasks of it failed alike. */
function tickersOf(part: readonly Failure[]): readonly string[] {
  return [...new Set(part.map(({ ticker }) => ticker))];
}

function reasonLines(part: readonly Failure[], { columns, isWhole }: Page): string[] {
  const [{ ticker, interval, from, to, code }] = part as readonly [Failure];
  const title =
    part.length === 1
      ? `${ticker} ${interval} ${from}..${to} ${code}`
      : `${plural(tickersOf(part).length, 'ticker')} ${interval} ${code}: ${named(tickersOf(part))}`;
  const said = printable(messageOf(part));
  return [
    ...wrapped(printable(title), columns, { hang: 4 }),
    ...wrapped(isWhole ? said : cut(said, LONGEST_MESSAGE), columns, { indent: 2, hang: 2 }),
  ];
}

/** What was said of a failure; of several, if it differs, of the first. */
function messageOf(part: readonly Failure[]): string {
  const [{ ticker, message }] = part as readonly [Failure];
  return isSaidOfAll(part) ? message : `${message} (${ticker})`;
}

function isSaidOfAll(part: readonly Failure[]): boolean {
  return new Set(part.map(({ message }) => message)).size === 1;
}

/** `network 200, bad-answer 90` */
function codesOf(failures: readonly Failure[]): string {
  const byCode = grouped(failures, ({ code }) => code);
  return [...byCode].map(([code, { length }]) => `${code} ${formatCount(length)}`).join(', ');
}
