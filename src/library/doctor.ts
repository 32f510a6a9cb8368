import type { Examination } from '../store/damage.ts';
import type { BarStore } from '../store/store.ts';

export interface DoctorOptions {
  /** Mend what can be; needs the store's lock. Default false: nothing is changed. */
  readonly fix?: boolean;
}

/** What `History.doctor` does. */
export function doctor(store: BarStore, now: number, { fix = false }: DoctorOptions): Promise<Examination> {
  return store.examine({ fix, now });
}
