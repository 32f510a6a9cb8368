import type { BackfillOptions, History } from '../index.ts';
import { damagedText, leftLines, neverBegunText, spoiltText, wrapped } from '../terminal.ts';
import { given } from './options.ts';
import { tell } from './output.ts';
import { messagePage } from './page.ts';

/**
 * The requests, each for what the last runs left undone of it; those of which nothing was left are none. Says what that is,
 * what no record tells,
 * and whether the last runs were cut short of batches that they never began, or a record of them is spoilt, or a file damaged.
 */
export async function onlyLeft(
  history: History,
  requests: readonly BackfillOptions[],
  { quiet, all }: { readonly quiet: boolean; readonly all: boolean },
): Promise<{ readonly retries: readonly BackfillOptions[]; readonly isCut: boolean }> {
  const retries: BackfillOptions[] = [];
  let isCut = false;
  for (const request of requests) {
    const { tickers, intervals, derive } = request;
    const left = await history.leftUndone(given({ tickers, intervals, derive }));
    const own = left.neverBegun.filter(({ provider }) => provider === left.provider);
    isCut ||= own.length + left.spoilt.length + left.damaged.length > 0;
    // It is no success, and the exit code alone does not say why.
    const spoilt = left.spoilt.length > 0 ? [spoiltText(left.spoilt)] : [];
    const damaged = left.damaged.length > 0 ? [damagedText(left.damaged)] : [];
    const lines = quiet ? [...spoilt, ...own.map(neverBegunText), ...damaged] : leftLines(left);
    for (const line of lines.flatMap((one) => wrapped(one, messagePage(all).columns, { hang: 2 })))
      tell(line);
    // Named, as a list that came through a pipe is read once.
    if (left.series.length > 0)
      retries.push({ ...request, tickers: left.series.map(({ ticker }) => ticker), retryFailed: true });
  }
  return { retries, isCut };
}
