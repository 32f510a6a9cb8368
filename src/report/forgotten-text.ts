import { type DayRange, formatDay } from '../core/session/day.ts';
import { span } from '../core/session/ranges.ts';
import type { ForgetStep, ForgottenEntry, ForgottenSeries, KnownBesides } from '../store/forgotten.ts';
import { formatCount, plural, table } from './table.ts';

/** Tickers that are named; the others are counted. */
const NAMED = 5;

/**
 * What goes of how many series: `1,260 bars of 5 series, 3 splits and dividends`, and where that is no bar, what is known
 * without one.
 */
function amountText(series: readonly ForgottenSeries[], actions: number): string {
  const rows = rowsOf(series);
  const bars = `${plural(rows, 'bar')} of ${formatCount(series.length)} series`;
  const empty = series.reduce((sum, one) => sum + (one.empty?.sessions ?? 0), 0);
  return `${bars}${actions === 0 ? '' : `, ${actionsCount(actions)}`}${knownText({ rows, actions, empty, exDays: 0 })}`;
}

/** What was forgotten or brought back. */
interface Amounts extends KnownBesides {
  readonly rows: number;
  readonly actions: number;
}

/** `2 bars, 1 split or dividend`; the second only where there are some, or `always`; and where no bar is, what is known without one. */
export function amountsText(amounts: Amounts, { always = false } = {}): string {
  const { rows, actions } = amounts;
  return `${plural(rows, 'bar')}${actions === 0 && !always ? '' : `, ${actionsCount(actions)}`}${knownText(amounts)}`;
}

/** Whether there is anything of these, and not only what was known of days on which nothing trades. */
export function isAnything({ rows, actions, empty, exDays }: Amounts): boolean {
  return rows + actions + empty + exDays > 0;
}

/** The same of an entry. Of one of an earlier version, of which that is not recorded, it is taken for granted. */
export function holdsAnything({ series, actions, exDays }: ForgottenEntry): boolean {
  if (exDays === undefined) return true;
  const empty = series.reduce((sum, one) => sum + (one.empty?.sessions ?? 0), 0);
  return isAnything({ rows: rowsOf(series), actions, empty, exDays });
}

/** Beside bars it goes without saying: `, and that 1 session has none`. */
function knownText({ rows, empty, exDays, actions }: Amounts): string {
  if (rows > 0) return '';
  if (empty > 0) return `, and that ${plural(empty, 'session')} ${empty === 1 ? 'has' : 'have'} none`;
  if (exDays === 0 || actions > 0) return '';
  return `, and that ${plural(exDays, 'session')} ${exDays === 1 ? 'has' : 'have'} no split or dividend`;
}

/** `1 split or dividend`, `3 splits and dividends` */
export function actionsCount(count: number): string {
  return plural(count, 'split or dividend', 'splits and dividends');
}

/** What would be forgotten: how much, and of whom and of when. */
export function forgettableText({ series, actions }: Pick<ForgottenEntry, 'series' | 'actions'>): {
  readonly amount: string;
  readonly which: string;
} {
  const which = [tickersText(series), spanText(series)].filter((part) => part !== '').join('; ');
  return { amount: amountText(series, actions), which };
}

/** `AAPL, MSFT, … and 3 more` */
function tickersText(series: readonly ForgottenSeries[]): string {
  const tickers = [...new Set(series.map(({ series: { ticker } }) => ticker))];
  const named = tickers.slice(0, NAMED).join(', ');
  return tickers.length > NAMED ? `${named} and ${formatCount(tickers.length - NAMED)} more` : named;
}

/** First and last session with a bar, or where there is none, known without one: `2024-06-03 to 2024-06-28`; empty for none. */
function spanText(series: readonly ForgottenSeries[]): string {
  const bars = series.flatMap(({ days }) => days ?? []);
  const all = span(
    bars.length > 0 ? bars : series.flatMap(({ empty }): DayRange[] => (empty ? [empty.days] : [])),
  );
  return all === undefined ? '' : `${formatDay(all.from)} to ${formatDay(all.to - 1)}`;
}

/** What was forgotten and can be brought back, for a terminal: the newest first. */
export function forgottenText(entries: readonly ForgottenEntry[]): string[] {
  if (entries.length === 0) return ['Nothing that was forgotten lies in quarantine/.'];
  return table<ForgottenEntry>(
    [
      { title: 'ID', text: ({ id }) => id },
      { title: 'BARS', text: ({ series }) => formatCount(rowsOf(series)), right: true },
      { title: 'FROM', text: ({ series }) => spanText(series).slice(0, 10) || '-' },
      { title: 'TO', text: ({ series }) => spanText(series).slice(-10) || '-' },
      { title: 'TICKERS', text: ({ series }) => shortened(tickersText(series)) },
      { title: 'RESTORED', text: ({ restoredAt }) => (restoredAt === null ? '-' : dateOf(restoredAt)) },
    ],
    entries.toReversed(),
  ).map((line) => line.trimEnd());
}

const WIDEST = 20;

function shortened(text: string): string {
  return text.length <= WIDEST ? text : `${text.slice(0, WIDEST - 1)}…`;
}

function rowsOf(series: readonly ForgottenSeries[]): number {
  return series.reduce((sum, { rows }) => sum + rows, 0);
}

function dateOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

/** `Copying to quarantine: 120 of 499 series` */
export function forgetStepText({ doing, done, of }: ForgetStep): string {
  return `${DOING[doing]}: ${formatCount(done)} of ${formatCount(of)} ${doing === 'restoring' ? 'files' : 'series'}`;
}

const DOING: Readonly<Record<ForgetStep['doing'], string>> = {
  keeping: 'Copying to quarantine',
  removing: 'Removing',
  restoring: 'Bringing back',
};
