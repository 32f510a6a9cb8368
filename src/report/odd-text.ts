import type { RunSummary } from '../backfill/settle/summary.ts';
import { type Page, printable, wrapped } from './page.ts';
import { formatCount, plural } from './table.ts';
import { whereLines } from './where-text.ts';
import { eachWarning, groupWarnings } from './warnings.ts';

/** Entries of a list that are shown. */
const SHOWN = 10;

/** What the source has and was not read. */
export function notReadLines({ notRead }: RunSummary, page: Page): string[] {
  if (notRead.length === 0) return [];
  const shown = page.isWhole ? notRead : notRead.slice(0, SHOWN);
  const more = notRead.length - shown.length;
  return [
    '',
    'NOT READ',
    ...shown.flatMap((line) => wrapped(printable(line), page.columns, { hang: 2 })),
    ...(more > 0 ? [`… and ${formatCount(more)} more: --all lists them`] : []),
  ];
}

/** What is odd about bars that were stored: two lines a warning, as with failures. */
export function warningLines({ warnings, runId }: RunSummary, page: Page): string[] {
  if (warnings.length === 0) return [];
  const groups = page.isWhole ? eachWarning(warnings) : groupWarnings(warnings);
  const shown = page.isWhole ? groups : groups.slice(0, SHOWN);
  const more = groups.slice(shown.length).reduce((sum, group) => sum + group.warnings, 0);
  return [
    '',
    `STORED, BUT ODD (${plural(warnings.length, 'bar')})`,
    ...shown.flatMap(({ title, note }) => [
      ...wrapped(printable(title), page.columns, { hang: 4 }),
      ...wrapped(printable(note), page.columns, { indent: 2, hang: 2 }),
    ]),
    ...(more > 0 ? [`… and ${plural(more, 'bar')} more`, ...whereLines(runId, page)] : []),
  ];
}
