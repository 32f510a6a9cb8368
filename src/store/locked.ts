import { BackfillError } from '../core/errors.ts';
import { WRITER } from './parquet/files/writer.ts';

/** Who has a store locked: see `StoreWriter`. `since`: ms since the epoch; undefined where nobody knows. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
  readonly since?: number;
}

/**
 * What there is to say to who would write a store that another writes; `holder` undefined: nobody knows who. `joined`: how many
 * more work for the same run; `ends`: what there is to say besides of how long that lasts where it is another process.
 */
export function storeLocked(
  where: string,
  holder: LockHolder | undefined,
  { joined = 0, ends }: { readonly joined?: number; readonly ends?: string } = {},
): BackfillError {
  const isOwn =
    holder?.pid === WRITER.pid && holder.host === WRITER.host && holder.command === WRITER.command;
  const advice = isOwn ? 'let it end first' : 'wait for it, stop it';
  const message = `the store ${where} is being written by ${whoIs(holder, isOwn, joined)}; ${advice}, or use another store`;
  return new BackfillError('store-locked', ends === undefined || isOwn ? message : `${message}; ${ends}`);
}

function whoIs(holder: LockHolder | undefined, isOwn: boolean, joined: number): string {
  if (holder === undefined) return 'another process';
  const { command, pid, host, since } = holder;
  const from = since === undefined ? '' : ` since ${new Date(since).toISOString()}`;
  const others = joined === 0 ? '' : `, and by ${joined} more that work for the same run`;
  return `${isOwn ? 'this process itself, for another history or run' : command} (pid ${pid} on ${host}${from})${others}`;
}
