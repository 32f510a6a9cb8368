import { BackfillError } from '../../../core/errors.ts';
import { isOfTicker } from './layout.ts';

/** The error of a file that does not hold what was written, or not what was meant: of the series whose file it is. */
export function notAsMeant(path: string, how: string): BackfillError {
  const message =
    `${path} does not read back as it was written: ${how}; nothing was stored. ` +
    `Is the disk or the memory of this machine failing?`;
  const cause = Object.assign(new Error('EIO: what was written does not read back'), { code: 'EIO' });
  return new BackfillError('store-unusable', message, { cause, scope: isOfTicker(path) ? 'series' : 'run' });
}
