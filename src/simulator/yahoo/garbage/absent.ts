// Answers that look complete and lack something.

import type { Random } from '../../../market/random.ts';
import type { Distortion } from '../../distortion.ts';
import { instrumentOf } from '../asked-instrument.ts';
import { edited, withBars } from '../chart.ts';
import { some } from '../chosen.ts';

/** The part of the sessions that are thinned. */
const THINNED = 0.25;

/** Of a thinned session every so many-th row is left. */
const KEPT = 4;

export const noSplits: Distortion = (answer) =>
  edited(answer, (result) => {
    delete result.events?.['splits'];
    if (Object.keys(result.events ?? {}).length === 0) delete result.events;
  });

/** As the wire answers where it has no rows. */
export const empty: Distortion = (answer) =>
  edited(answer, (result) => {
    delete result.timestamp;
    result.indicators = {
      quote: [{}],
      ...(result.indicators.adjclose !== undefined && { adjclose: [{}] }),
    };
  });

export const thin: Distortion = (answer, asked) => {
  const calendar = instrumentOf(asked)?.calendar;
  if (calendar === undefined) return null;
  return withBars(answer, (bars) => {
    const lost = thinnedOut(
      bars.map(({ stamp }) => calendar.localDay(stamp * 1000)),
      asked.random,
    );
    return bars.filter((_, i) => !lost.has(i));
  });
};

/** Indexes of the rows that go, from the session of every row. */
function thinnedOut(sessions: readonly number[], random: Random): ReadonlySet<number> {
  const rowsOf = new Map<number, number[]>();
  for (const [i, day] of sessions.entries()) rowsOf.set(day, [...(rowsOf.get(day) ?? []), i]);
  const several = [...rowsOf].filter(([, rows]) => rows.length > 1).map(([day]) => day);
  const days = [...some(several, random, THINNED)];
  return new Set(days.flatMap((day) => (rowsOf.get(day) ?? []).filter((_, place) => place % KEPT !== 0)));
}

export const half: Distortion = (answer) =>
  withBars(answer, (bars) => bars.slice(0, Math.ceil(bars.length / 2)));
