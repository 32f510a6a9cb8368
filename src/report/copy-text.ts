import type { CopyReport } from '../copy/copied.ts';
import type { CopyStep } from '../copy/copy.ts';
import type { CopySums } from '../copy/sums.ts';
import { actionsCount } from './forgotten-text.ts';
import { named } from './named.ts';
import { formatCount, plural } from './table.ts';

/** Failures that have a line of their own. */
const MOST_LINES = 20;

/** `Copying: 1,200 of 10,001 pieces (12.0%)` */
export function copyStepText({ doing, done, of }: CopyStep): string {
  const what = doing === 'copying' ? 'Copying' : 'Comparing';
  return `${what}: ${formatCount(done)} of ${plural(of, 'piece')} (${((100 * done) / Math.max(of, 1)).toFixed(1)}%)`;
}

/** What was copied and what is equal; nothing of what is not. */
export function copiedText({ dryRun, isEqual, sent, toSend, equal, to }: CopyReport): string[] {
  if (dryRun) {
    const same = `the same in both already: ${sumsText(equal.to)}`;
    return toSend.pieces === 0
      ? [`Nothing would be copied; ${same}`]
      : [
          `${formatCount(toSend.series)} series in ${plural(toSend.pieces, 'piece')} would be copied; ${same}`,
        ];
  }
  const copied = Object.values(sent).every((count) => count === 0)
    ? `Nothing was to be copied into ${to}`
    : `Copied ${sumsText(sent)}`;
  if (!isEqual) return [copied];
  return [copied, `equal: ${sumsText(equal.from)} in FROM`, `       ${sumsText(equal.to)} in TO`];
}

/** `499 series, 611,520 bars, 1,203 splits and dividends, 17 replaced values, 12 documents` */
function sumsText({ series, bars, actions, revisions, documents }: CopySums): string {
  return [
    `${formatCount(series)} series`,
    plural(bars, 'bar'),
    actionsCount(actions),
    plural(revisions, 'replaced value'),
    plural(documents, 'document'),
  ].join(', ');
}

/** Why the two are not equal, a line each; none where they are. */
export function unequalText(report: CopyReport): string[] {
  const { from, to, other, failed, restless, notFound } = report;
  const isCopied = Object.values(report.sent).some((count) => count > 0);
  const copied = isCopied || report.dryRun ? '' : ', and nothing was copied';
  const lines = failed
    .slice(0, MOST_LINES)
    .map(({ what, store, reason }) => `not equal: ${what} (${store}): ${reason}`);
  if (failed.length > MOST_LINES)
    lines.push(`not equal: ${plural(failed.length - MOST_LINES, 'more piece')} as well`);
  if (other.length > 0)
    lines.push(
      `not equal: ${to} has its own of ${named(other)}: it stays as it is${copied}; copy into a store that is empty`,
    );
  if (restless.length > 0)
    lines.push(
      `not equal: ${from} was written all the while (${named(restless)}); run the same again when nobody writes it`,
    );
  return [...lines, ...notFound.map((ticker) => `${ticker} is not in ${from}`)];
}
