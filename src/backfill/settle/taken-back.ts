import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { isDamage } from '../../store/damage.ts';
import type { RecordTools } from '../run/ledger.ts';

/** Stored series that went to quarantine as what `forget` removes. */
export interface TakenBack {
  /** By which they can be restored; empty where there are none. */
  readonly id: string;
  /** Keys. */
  readonly series: ReadonlySet<string>;
}

/** Forgets stored series whose bars are another's, so that they are missing again; whole copies of them are kept. */
export async function takeStoredBack(
  series: readonly Series[],
  { store, now }: Pick<RecordTools, 'store' | 'now'>,
): Promise<TakenBack> {
  const all = [...new Map(series.map((one) => [seriesKey(one), one])).values()];
  const taken = new Set<string>();
  let id = '';
  try {
    const entry =
      all.length === 0 ? undefined : await store.keepForgotten({ series: all, actionsOf: [], at: now });
    if (entry === undefined) return { id, series: taken };
    id = entry.id;
    for (const one of all) {
      await store.forget(one);
      taken.add(seriesKey(one));
    }
  } catch (error) {
    // What is damaged is set aside, and another run asks for it.
    if (!isDamage(error)) throw error;
  }
  return { id, series: taken };
}
