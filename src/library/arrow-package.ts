import type * as Package from 'apache-arrow';
import { BackfillError } from '../core/errors.ts';

/** The package that makes Arrow's tables. */
export type Arrow = typeof Package;

/** Loads it. Throws `usage` where it is not installed. */
export async function loadArrow(): Promise<Arrow> {
  try {
    return await import('apache-arrow');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new BackfillError('usage', 'Arrow needs a package of its own: npm install apache-arrow', { cause });
  }
}
