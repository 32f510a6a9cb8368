import { type ActionBook, type ActionEntry, DAYS_TO_WITHDRAW } from '../core/actions/action-book.ts';
import { actionValue } from '../core/bars/bars.ts';
import { formatDay, utcDayOf } from '../core/session/day.ts';
import { ratioText } from '../core/actions/ratio.ts';
import { UNBOUNDED } from './page.ts';
import { fittedTable, formatCount } from './table.ts';

/** A split or dividend as a line. */
interface Line extends ActionEntry {
  /** What has become of it; empty for what is simply in force. */
  readonly state: string;
}

/** What is known of a ticker's splits and dividends, for a terminal; with `all` also what is in force no more. */
export function actionsText(ticker: string, book: ActionBook, all: boolean, page = UNBOUNDED): string[] {
  const lines = [...inForce(book), ...(all ? inThePast(book) : [])].toSorted(
    (a, b) => a.action.exDay - b.action.exDay,
  );
  const hidden = all ? 0 : book.past.length;
  const more = hidden === 0 ? [] : [`${formatCount(hidden)} in force no more: --all lists what was.`];
  if (lines.length === 0) return [`No split or dividend of ${ticker} is in force.`, ...more];
  const { head, rows } = fittedTable<Line>(
    [
      { title: 'EX-DATE', text: ({ action }) => formatDay(action.exDay) },
      { title: 'KIND', text: ({ action }) => action.kind },
      { title: 'VALUE', text: valueText, right: true },
      { title: 'SOURCE', text: ({ source }) => source, leftOut: 1 },
      { title: 'SINCE', text: ({ fetchedAt }) => formatDay(utcDayOf(fetchedAt)), leftOut: 2 },
      { title: 'STATE', text: ({ state }) => state, goesOn: true },
    ],
    lines,
    page.columns,
  );
  return [head, ...rows.flat(), ...more];
}

function inForce({ entries, doubts }: ActionBook): Line[] {
  return entries.map((entry) => {
    const { kind, exDay } = entry.action;
    const doubt = doubts.find((one) => one.kind === kind && one.exDay === exDay);
    const state =
      doubt === undefined ? '' : `left out by its source on ${doubt.days.length} of ${DAYS_TO_WITHDRAW} days`;
    return { ...entry, state };
  });
}

function inThePast({ past }: ActionBook): Line[] {
  return past.map(({ how, until, by, ...entry }) => ({
    ...entry,
    state: `${how} ${formatDay(utcDayOf(until))} by ${by}`,
  }));
}

function valueText({ action }: Line): string {
  if (action.kind === 'split') return ratioText(action.ratio);
  return action.currency === undefined ? String(action.amount) : `${action.amount} ${action.currency}`;
}

/** The same as plain JSON: dates are ISO, values numbers. */
export function actionsJson(ticker: string, { entries, past, doubts, covered }: ActionBook): object {
  const plain = ({ action, source, fetchedAt }: ActionEntry): object => ({
    date: formatDay(action.exDay),
    kind: action.kind,
    value: actionValue(action),
    currency: action.kind === 'dividend' ? (action.currency ?? null) : null,
    source,
    since: new Date(fetchedAt).toISOString(),
  });
  return {
    ticker,
    actions: entries.map((entry) => {
      const { kind, exDay } = entry.action;
      const doubt = doubts.find((one) => one.kind === kind && one.exDay === exDay);
      return { ...plain(entry), leftOutOn: (doubt?.days ?? []).map(formatDay) };
    }),
    past: past.map((one) => ({
      ...plain(one),
      how: one.how,
      until: new Date(one.until).toISOString(),
      by: one.by,
    })),
    answered: covered.map(({ from, to }) => ({ from: formatDay(from), to: formatDay(to - 1) })),
  };
}
