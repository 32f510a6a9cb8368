import type { DayRange } from '../core/session/day.ts';
import { subtract } from '../core/session/ranges.ts';
import type { BarAnswer } from './provider.ts';

/** The session dates that an answer speaks of. */
export function provenDays({ proven, unproven = [] }: Pick<BarAnswer, 'proven' | 'unproven'>): DayRange[] {
  return subtract([proven], unproven);
}
