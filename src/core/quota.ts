import { BackfillError } from './errors.ts';
import type { Quota } from './plan.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, min: 60_000, h: 3_600_000, day: 86_400_000 };

/**
 * `5/min,500/day` as quotas, in the order written: a number of requests, a slash, and a time of `s`, `min`, `h` or
 * `day`, of which there may be several (`100/10s`). A `day` is 24 hours. Throws `usage`.
 */
export function parseQuotas(text: string): readonly Quota[] {
  return text.split(',').map((part) => parseQuota(part.trim()));
}

function parseQuota(text: string): Quota {
  const [, requests, count = '1', unit = ''] = /^(\d{1,9})\/(\d{1,6})?(s|min|h|day)$/.exec(text) ?? [];
  const quota = { requests: Number(requests), perMs: Number(count) * (UNIT_MS[unit] ?? 0) };
  if (quota.requests > 0 && quota.perMs > 0) return quota;
  throw new BackfillError('usage', `"${text}" is no rate; write it as 5/min or 500/day`);
}
