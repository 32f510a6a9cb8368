import { seriesKey } from '../../core/bars/bars.ts';
import { listId } from '../../core/universe/universe.ts';
import type { Prepared } from './prepare.ts';

/** A short text that is the same for runs that want the same series, be they there already, and for no others that matter. */
export function listWanted({ list, wanted, plan }: Pick<Prepared, 'list' | 'wanted' | 'plan'>): string {
  const all = list ?? wanted ?? plan.tasks.flatMap(({ wants }) => wants);
  return listId([...new Set(all.map(({ series }) => seriesKey(series)))].toSorted());
}
