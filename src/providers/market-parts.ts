import { apart } from '../core/bars/cross-section.ts';
import type { MarketAnswer, Part } from './provider.ts';

/** What a market's answer has of each ticker that it names, those that are alike too. */
export function marketParts({ parts, alike = [] }: Pick<MarketAnswer, 'parts' | 'alike'>): Part[] {
  const others = alike.flatMap(({ answer, ...section }) =>
    apart(section).map(([ticker, bars]): Part => ({ ticker, answer: { ...answer, bars } })),
  );
  return [...parts, ...others];
}
