import type { Moved, MovedAction, MovedSeries } from '../../../core/instrument/moved.ts';
import { formatDay, parseDay } from '../../../core/session/day.ts';
import { isInterval } from '../../../core/session/interval.ts';
import { fields, instant, list, malformed, pairOf, rangeOf, text } from '../codec/json.ts';
import { identityIn, identityJson } from '../partition/knowledge.ts';

/** What a rename handed over, as it stands in `renames.json`. */
export function movedJson({ at, series, exDays, actions }: Moved): object {
  return {
    at: new Date(at).toISOString(),
    series: series.map(({ interval, sessions, shared, old, own }) => ({
      interval,
      sessions: sessions.map(pairOf),
      shared: shared.map(pairOf),
      old: identityJson(old),
      own: own && identityJson(own),
    })),
    exDays: exDays.map(pairOf),
    actions: actions.map(({ kind, exDay }) => [kind, formatDay(exDay)]),
  };
}

/** Throws where it is none. */
export function movedIn(value: unknown): Moved {
  const { at, series, exDays, actions } = fields(value);
  return {
    at: instant(at),
    series: list(series).map(seriesIn),
    exDays: list(exDays).map(rangeOf),
    actions: list(actions).map(keyIn),
  };
}

function seriesIn(value: unknown): MovedSeries {
  const { interval, sessions, shared, old, own } = fields(value);
  if (typeof interval !== 'string' || !isInterval(interval)) throw malformed(interval);
  return {
    interval,
    sessions: list(sessions).map(rangeOf),
    shared: list(shared).map(rangeOf),
    old: identityIn(old),
    own: own === null ? null : identityIn(own),
  };
}

function keyIn(value: unknown): MovedAction {
  const [kind, exDay] = list(value);
  if (kind !== 'split' && kind !== 'dividend') throw malformed(kind);
  return { kind, exDay: parseDay(text(exDay)) };
}
