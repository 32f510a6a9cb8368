import { mayHaveActions } from '../../core/instrument/asset-class.ts';
import type { ActionsAnswer, ListRequest, Part, Provider } from '../provider.ts';

/**
 * Asks for bars that come without their splits and dividends: first for these, as far as they are not told yet and there can
 * be any. A ticker of which they cannot be had fails with that.
 */
export async function askWithActions(
  request: ListRequest,
  fetchActions: NonNullable<Provider['fetchActions']>,
  fetchList: NonNullable<Provider['fetchList']>,
): Promise<readonly Part[]> {
  const { tickers, range, now, allowance } = request;
  const told = new Map(request.told);
  for (const ticker of tickers)
    if (!told.has(ticker) && !mayHaveActions(ticker)) told.set(ticker, { actions: [] });
  const untold = tickers.filter((ticker) => !told.has(ticker));
  const failed: Part[] = [];
  for (const part of untold.length === 0
    ? []
    : await fetchActions({ tickers: untold, range, now, allowance })) {
    if ('answer' in part) told.set(part.ticker, part.answer);
    else failed.push(part);
  }
  const known = tickers.filter((ticker) => told.has(ticker));
  const parts = known.length === 0 ? [] : await fetchList({ ...request, tickers: known, told });
  return [...failed, ...parts.map((part) => withActions(part, told.get(part.ticker)))];
}

function withActions(part: Part, told: ActionsAnswer | undefined): Part {
  if ('error' in part || told === undefined) return part;
  const { identity: _identity, isSilent: _isSilent, ...said } = told;
  return { ...part, answer: { ...part.answer, ...said } };
}
