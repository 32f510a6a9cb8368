import { labelsOf } from '../../core/bars/labels.ts';
import { type Bars, type StoredBars, inForm, withSource } from '../../core/bars/columns.ts';
import { labelOf } from '../../core/bars/vendor.ts';
import type { Day } from '../../core/session/day.ts';
import type { BarAnswer } from '../../providers/provider.ts';

/** The `source` of a provider's bars of a session. */
type LabelAt = (session: Day) => string;

/** By which endpoint that has a name the bars of a session came; undefined: by none. */
export function endpointAt({ endpoint }: Pick<BarAnswer, 'endpoint'>, session: Day): string | undefined {
  if (endpoint === undefined || typeof endpoint === 'string') return endpoint;
  return endpoint.find(({ from, to }) => from <= session && session < to)?.endpoint;
}

/** What the bars of an answer have as their `source`, by the endpoints that gave them. */
export function labelsIn(answer: Pick<BarAnswer, 'endpoint'>, provider: string): string | LabelAt {
  const { endpoint } = answer;
  if (endpoint === undefined || typeof endpoint === 'string') return labelOf(provider, endpoint);
  return (session) => labelOf(provider, endpointAt(answer, session));
}

/** The bars of an answer with where they come from. `fetchedAt`: ms since the epoch. */
export function labelled(
  bars: Bars,
  labels: string | LabelAt,
  sessionOf: (ts: number) => Day,
  fetchedAt: number,
): StoredBars {
  if (typeof labels === 'string') return withSource(bars, labels, fetchedAt);
  const source = labelsOf(Array.from(bars.ts, (ts) => labels(sessionOf(ts))));
  return inForm({ ...withSource(bars, '', fetchedAt), source });
}
