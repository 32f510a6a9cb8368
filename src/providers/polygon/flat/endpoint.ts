import type { BarAnswer, ProviderConfig } from '../../provider.ts';
import { sourceOf } from '../settings.ts';

/** What files say: their bars as the vendor made them, or those that are made of its trades here. */
export function byFile(answer: BarAnswer, config: ProviderConfig): BarAnswer {
  return { ...answer, endpoint: sourceOf(config) === 'trades' ? 'trades' : 'flat' };
}
