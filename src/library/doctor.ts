import type { Examination } from '../store/damage.ts';
import type { Engine } from './engine.ts';

/** Whether a store is only examined, or mended too. */
export interface DoctorOptions {
  /** Mend what can be; needs the store's lock. Default false: nothing is changed. */
  readonly fix?: boolean;
}

/** What `History.doctor` does. */
export function doctor(engine: Engine, now: number, { fix = false }: DoctorOptions): Promise<Examination> {
  const examine = (): Promise<Examination> => engine.store.examine({ fix, now });
  return fix ? engine.alone(examine) : examine();
}
