import type { BarStore } from '../store/store.ts';
import type { Scan } from '../store/scan.ts';
import type { AdjustedView, LeftOut, NotAdjustable } from '../store/views.ts';
import { adjustability } from './adjusted.ts';
import type { BasisSaid } from './history.ts';

/** What is known of how series can be adjusted. */
export interface Basis {
  readonly notAdjustable: readonly NotAdjustable[];
  /** What is odd about dividends, a line each. */
  readonly doubts: readonly string[];
}

export const NO_BASIS: Basis = { notAdjustable: [], doubts: [] };

/** Which series of a scan cannot be adjusted in some ways, by the rule of every adjusted read. */
export async function basisOf(
  store: BarStore,
  scan: Scan,
  adjustments: readonly AdjustedView[],
  isMeant: (key: string) => boolean,
): Promise<Basis> {
  const notAdjustable: NotAdjustable[] = [];
  const doubts = new Set<string>();
  for (const { mode, asOf } of adjustments) {
    const options = { adjust: mode, ...(asOf !== undefined && { asOf }) };
    for (const [key, { error, doubts: lines }] of await adjustability(store, scan, options, isMeant)) {
      const series = scan.series.get(key)?.series;
      if (error !== undefined && series !== undefined)
        notAdjustable.push({ series, mode, asOf, reason: error.message });
      for (const line of lines) doubts.add(`${key} ${line}`);
    }
  }
  return { notAdjustable, doubts: [...doubts] };
}

/** The same in lines. What is said of a file that is left out is not said again of its series. */
export function basisSaid({ notAdjustable, doubts }: Basis, leftOut: readonly LeftOut[]): BasisSaid {
  const reasons = new Set(notAdjustable.map(({ reason }) => reason));
  const isSaid = (reason: string): boolean => leftOut.some(({ path }) => reason.includes(path));
  return { notAdjusted: [...reasons].filter((reason) => !isSaid(reason)), doubts };
}
