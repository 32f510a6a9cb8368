import { BackfillError } from './errors.ts';

/**
 * A part of a whole as people write it, wherever they do: `99`, `99%` or `99.5` is that many in a hundred; from 0 to 100.
 * `said` is how a message names it (`--sample 0.5`), `must` what it has to be. Throws `usage`, also for `0.99` and `1` without
 * a sign, which are both 99 % and all to some, and next to nothing to others.
 */
export function parsePercent(
  said: string,
  text: string,
  must = 'must be a percentage from 0 to 100',
): number {
  const [, digits, sign] = /^(\d+(?:\.\d+)?|\.\d+)\s*(%?)$/.exec(text.trim()) ?? [];
  const percent = Number(digits);
  if (digits === undefined || percent > 100) throw new BackfillError('usage', `${said}: ${must}`);
  if (sign === '%' || percent === 0 || percent > 1) return percent;
  const asPart = Number((percent * 100).toPrecision(12));
  throw new BackfillError('usage', `${said}: say which it is, ${percent}% or ${asPart}%`);
}
