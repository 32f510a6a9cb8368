import type { TopUps } from '../../scan.ts';
import { fields, instant, malformed } from '../codec/json.ts';

/** How knowledge of top-ups is written, where there is any. */
export function encodeTopUps(topUps: TopUps | undefined): { topUps?: object } {
  return topUps === undefined
    ? {}
    : { topUps: { count: topUps.count, at: new Date(topUps.at).toISOString() } };
}

/** The inverse of `encodeTopUps`. Throws for what is malformed. */
export function topUpsIn(value: unknown): { topUps?: TopUps } {
  return value === undefined ? {} : { topUps: topUpsOf(value) };
}

/** What was noted of top-ups. Throws for what is malformed. */
export function topUpsOf(value: unknown): TopUps {
  const { count, at } = fields(value);
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) throw malformed(count);
  return { count, at: instant(at) };
}

/** What was noted last, of several partitions of a series. */
export function newestTopUps(parts: readonly { readonly topUps?: TopUps }[]): { topUps?: TopUps } {
  const noted = parts.flatMap(({ topUps }) => topUps ?? []).toSorted((a, b) => b.at - a.at);
  return noted[0] === undefined ? {} : { topUps: noted[0] };
}
