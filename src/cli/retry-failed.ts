import type { BackfillOptions, History } from '../index.ts';
import { leftLines, wrapped } from '../terminal.ts';
import { given } from './options.ts';
import { tell } from './output.ts';
import { messagePage } from './page.ts';

/**
 * The requests, each for what the last runs left undone of it; those of which nothing was left are none. Says what that is,
 * and what no record tells.
 */
export async function onlyLeft(
  history: History,
  requests: readonly BackfillOptions[],
  { quiet, all }: { readonly quiet: boolean; readonly all: boolean },
): Promise<readonly BackfillOptions[]> {
  const retries: BackfillOptions[] = [];
  for (const request of requests) {
    const { tickers, intervals, derive } = request;
    const left = await history.leftUndone(given({ tickers, intervals, derive }));
    if (!quiet)
      for (const line of leftLines(left).flatMap((one) =>
        wrapped(one, messagePage(all).columns, { hang: 2 }),
      ))
        tell(line);
    // Named, as a list that came through a pipe is read once.
    if (left.series.length > 0)
      retries.push({ ...request, tickers: left.series.map(({ ticker }) => ticker), retryFailed: true });
  }
  return retries;
}
