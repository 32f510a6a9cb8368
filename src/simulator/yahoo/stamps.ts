import type { Distortion } from '../distortion.ts';
import { edited } from './chart.ts';

/** Stamps in another unit, those of the events too: so many of it in a second. */
export function stampsTimes(factor: number): Distortion {
  return (answer) =>
    edited(answer, (result) => {
      result.timestamp = (result.timestamp ?? []).map((stamp) => stamp * factor);
      for (const [kind, byStamp = {}] of Object.entries(result.events ?? {})) {
        const events = Object.values(byStamp).map((event) => ({ ...event, date: event.date * factor }));
        result.events = {
          ...result.events,
          [kind]: Object.fromEntries(events.map((event) => [String(event.date), event])),
        };
      }
    });
}
