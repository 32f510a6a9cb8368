import type { Capabilities } from '../provider.ts';
import type { ToldUsage } from '../told-usage.ts';
import type { Usage } from './gate.ts';
import type { HttpAnswer } from './transport.ts';

/**
 * What an answer tells of the use of its provider's limit, and `toldLimit`, what it tells of that; undefined for neither. A
 * provider that does not say what time it is there may have begun its window just now.
 */
export function usageIn(
  { headers }: Pick<HttpAnswer, 'headers'>,
  { usage, maxInFlight, defaultInFlight }: Pick<Capabilities, 'usage' | 'maxInFlight' | 'defaultInFlight'>,
  toldLimit?: number,
): Usage | undefined {
  if (usage === undefined) return undefined;
  const { header, limit, aRequest } = usage;
  const text = headers[header];
  const used = typeof text === 'string' && /^\d+$/.test(text.trim()) ? Number(text) : undefined;
  if (used === undefined && toldLimit === undefined) return undefined;
  return {
    ...(used !== undefined && { used }),
    ...(toldLimit !== undefined && { toldLimit }),
    ...{ limit, reserve: aRequest * (maxInFlight ?? defaultInFlight) },
    endsInMs: endsIn(headers.date, usage),
  };
}

/** How long the window lasts at most in which an answer was dated, to the second. */
function endsIn(date: string | undefined, { perMs }: ToldUsage): number {
  const at = Date.parse(date ?? '');
  return Number.isNaN(at) ? perMs : perMs - (at % perMs);
}
