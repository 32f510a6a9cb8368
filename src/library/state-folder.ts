import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { BackfillError } from '../core/errors.ts';
import { option } from '../core/option-name.ts';

/** `~/.local/state/backfill`. Throws `usage` where no home folder is known: it is not put wherever a program happens to run. */
export function defaultStateFolder(): string {
  const home = [() => homedir(), () => userInfo().homedir].map(pathOrNothing).find(isAbsolute);
  if (home !== undefined) return join(home, '.local', 'state', 'backfill');
  throw new BackfillError(
    'usage',
    `no home folder is known, in which to count the use of quotas: set HOME, or give ${option('stateFolder')} FOLDER`,
  );
}

/** Empty where the system knows none. */
function pathOrNothing(ask: () => string): string {
  try {
    return ask();
  } catch {
    return '';
  }
}
