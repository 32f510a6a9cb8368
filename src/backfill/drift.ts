import { type StoredBars, sourceAt } from '../core/bars/columns.ts';
import { vendorOf } from '../core/bars/vendor.ts';
import { type Comparison, priceDrift } from '../core/bars/compare.ts';

/** How the final bars of one provider bore being asked for again. */
export interface Drift {
  /** Bars that were answered again. */
  readonly compared: number;
  /** Those that came back with another price or volume. */
  readonly changed: number;
  /** Bars that the answer should have had and lacks. */
  readonly gone: number;
  /** Largest change of a price, as a part of the stored one. */
  readonly worst: number;
}

const NO_DRIFT: Drift = { compared: 0, changed: 0, gone: 0, worst: 0 };

/** Drift by the provider that each stored bar came from. */
export type DriftBySource = Readonly<Record<string, Drift>>;

/** `source`: who answered. What another one gave and it never had is not gone. */
export function driftOf({ compared, differing, gone }: Comparison, source: string): DriftBySource {
  const bySource: Record<string, Drift> = {};
  const addEach = (bars: StoredBars, part: (i: number, from: string) => Partial<Drift> | null): void => {
    for (let i = 0; i < bars.length; i++) {
      const from = vendorOf(sourceAt(bars, i));
      const more = part(i, from);
      if (more !== null) bySource[from] = addDrift(bySource[from] ?? NO_DRIFT, { ...NO_DRIFT, ...more });
    }
  };
  addEach(compared.stored, () => ({ compared: 1 }));
  addEach(differing.stored, (i) => ({ changed: 1, worst: priceDrift(differing, i) }));
  addEach(gone, (_, from) => (from === source ? { gone: 1 } : null));
  return bySource;
}

function addDrift(a: Drift, b: Drift): Drift {
  return {
    compared: a.compared + b.compared,
    changed: a.changed + b.changed,
    gone: a.gone + b.gone,
    worst: Math.max(a.worst, b.worst),
  };
}

/** Sums of several tasks, by provider. */
export function sumDrift(parts: readonly DriftBySource[]): DriftBySource {
  const total: Record<string, Drift> = {};
  for (const part of parts) {
    for (const [source, drift] of Object.entries(part))
      total[source] = addDrift(total[source] ?? NO_DRIFT, drift);
  }
  return total;
}
