import type { ListRequest, Part } from '../provider.ts';
import { type Asking, askInSteps } from './chain.ts';
import { mostPages } from './endless-pages.ts';
import type { HttpSteps } from './steps.ts';

/** Asks for the bars of some series, each list of them in no more pages than the range can fill. */
export function askBars<State, Listed>(
  asked: ListRequest,
  steps: HttpSteps<State, Listed>,
  of: Pick<Asking, 'exchange' | 'provider'>,
): Promise<readonly Part[]> {
  const mostOf = (tickers: readonly string[]): number => mostPages({ ...asked, tickers }, steps.capabilities);
  return askInSteps(asked, steps, { ...of, what: asked.interval, mostOf });
}
