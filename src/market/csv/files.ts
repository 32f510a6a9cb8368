import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Day, parseDay, startOfDay } from '../../core/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { LEAN_UNSCALED, readLeanTable } from './lean.ts';
import { readColumns, type StampedRow } from './columns.ts';
import { readZip } from './records.ts';
import { tickerNamed } from './ticker-name.ts';

/** A file with bars of one ticker. */
export type BarFile =
  | { readonly kind: 'columns' | 'lean-table'; readonly path: string }
  | { readonly kind: 'lean-minutes'; readonly path: string; readonly day: Day };

export interface BarFolder {
  readonly filesByTicker: ReadonlyMap<string, readonly BarFile[]>;
  /** `actions.csv`, where there is one. */
  readonly actionsPath: string | null;
}

/** Every bar file of a folder and its subfolders. Throws `usage` where there is no such folder or no such file. */
export function findBarFiles(folder: string): BarFolder {
  const root = resolve(folder);
  const filesByTicker = new Map<string, BarFile[]>();
  for (const path of pathsIn(root, folder)) {
    const found = tickerAndFile(path);
    if (found === undefined) continue;
    const files = filesByTicker.get(found.ticker);
    if (files === undefined) filesByTicker.set(found.ticker, [found.file]);
    else files.push(found.file);
  }
  if (filesByTicker.size === 0) {
    throw new BackfillError('usage', `"${folder}" holds no CSV or zip file that is named after a ticker`);
  }
  const actionsPath = join(root, 'actions.csv');
  const hasActions = pathsIn(root, folder).includes(actionsPath);
  return { filesByTicker, actionsPath: hasActions ? actionsPath : null };
}

function pathsIn(root: string, shown: string): string[] {
  try {
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted();
  } catch (error) {
    throw new BackfillError('usage', `"${shown}" is no readable folder`, { cause: error });
  }
}

function tickerAndFile(path: string): { ticker: string; file: BarFile } | undefined {
  const name = basename(path);
  if (name === 'actions.csv') return undefined;
  if (name.endsWith('.csv')) {
    const ticker = tickerNamed(stem(name), () => inCryptoFolder(path) || tradesOnSaturday(readColumns(path)));
    return ticker === undefined ? undefined : { ticker, file: { kind: 'columns', path } };
  }
  return name.endsWith('.zip') ? zipFile(path) : undefined;
}

/** A zip file is named after its day, or like the CSV file within, which names the ticker either way. */
function zipFile(path: string): { ticker: string; file: BarFile } | undefined {
  const isDayFile = /^\d{8}_trade\.zip$/.test(basename(path));
  const inner = isDayFile ? null : readZip(path).name;
  const [, innerDate, innerTicker] = /^(\d{8})_(.+)_minute_trade\.csv$/.exec(inner ?? '') ?? [];
  const name = isDayFile ? basename(dirname(path)) : (innerTicker ?? stem(inner ?? ''));
  const date = isDayFile ? basename(path).slice(0, 8) : innerDate;
  const saturday = (): boolean => date === undefined && tradesOnSaturday(readLeanTable(path, LEAN_UNSCALED));
  const ticker = tickerNamed(name, () => inCryptoFolder(path) || saturday());
  if (ticker === undefined) return undefined;
  if (date === undefined) return { ticker, file: { kind: 'lean-table', path } };
  const day = parseDay(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`);
  return { ticker, file: { kind: 'lean-minutes', path, day } };
}

/** `AAPL` of `AAPL_data.csv`, `BRK.B` of `BRK.B.csv`. */
function stem(name: string): string {
  return (name.replace(/\.csv$/, '').split('_', 1)[0] ?? '').trim();
}

function inCryptoFolder(path: string): boolean {
  return dirname(path)
    .split(/[\\/]/)
    .some((part) => part.toLowerCase() === 'crypto');
}

/** Only crypto trades on Saturdays (UTC). */
function tradesOnSaturday(rows: readonly StampedRow[]): boolean {
  return rows.some(
    ({ stamp }) => new Date(stamp.date === null ? stamp.instant : startOfDay(stamp.date)).getUTCDay() === 6,
  );
}
