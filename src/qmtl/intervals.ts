import { BackfillError, INTERVALS, type Interval, isInterval } from '../index.ts';

/** An interval as a node has it: seconds, these with an `s` (`60s`), or its name (`1m`). */
export type GivenInterval = number | string;

const SECONDS: Readonly<Record<Interval, number>> = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': 3600,
  '1d': 86_400,
};

/** Its name. Throws `unsupported-interval` for one that no bars are stored of. */
export function intervalOf(given: GivenInterval): Interval {
  const text = String(given);
  if (isInterval(text)) return text;
  const [, amount, unit = 's'] = /^(\d+)([smhd])?$/.exec(text) ?? [];
  const seconds = Number(amount) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? 1);
  const found = INTERVALS.find((interval) => SECONDS[interval] === seconds);
  if (found !== undefined) return found;
  const all = INTERVALS.map((interval) => `${SECONDS[interval]}s`).join(', ');
  throw new BackfillError('unsupported-interval', `interval ${JSON.stringify(given)}: there are ${all}`);
}

/** Its length in seconds. */
export function secondsOf(interval: Interval): number {
  return SECONDS[interval];
}
