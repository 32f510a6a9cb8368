import { createHash } from 'node:crypto';
import { csvFilesIn } from '../../market/csv/zip.ts';
import { type DayRange, utcDayOf } from '../../core/session/day.ts';
import { normalize } from '../../core/session/ranges.ts';
import { type KlineRows, type KlinesAsked, fileRows } from './parse.ts';

/** No month's file holds more: 64 MiB. (BTCUSDT's of 1m are 5 MB.) */
const LARGEST_CSV = 64 * 2 ** 20;

/** A file that cannot be read; its message says why. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

/** The digest that a `.CHECKSUM` tells of a file, in the form of sha256sum with or without a line end; undefined for none. */
export function digestIn(checksum: string, file: string): string | undefined {
  const [, digest, name] = /^([0-9a-f]{64})\s+\*?(\S+)\s*$/i.exec(checksum) ?? [];
  return name === file ? digest?.toLowerCase() : undefined;
}

/** The rows of a zipped month. Throws `UnreadableFile` for bytes with another digest, and where what is in them is no klines. */
export function openFile(zip: Uint8Array, digest: string, name: string, asked: KlinesAsked): KlineRows {
  if (createHash('sha256').update(zip).digest('hex') !== digest)
    throw new UnreadableFile('its bytes are not those of its .CHECKSUM');
  return fileRows(textIn(zip, `${name}.csv`), asked, (what) => {
    throw new UnreadableFile(what);
  });
}

function textIn(zip: Uint8Array, csv: string): string {
  try {
    const bytes = csvFilesIn(zip, LARGEST_CSV).get(csv);
    if (bytes !== undefined) return new TextDecoder().decode(bytes);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UnreadableFile(`it does not unpack (${why})`, { cause });
  }
  throw new UnreadableFile(`there is no ${csv} in it`);
}

/** Runs of days of which a file has no row at all. */
export function emptyDays({ bars: { ts }, unusable }: KlineRows, { from, to }: DayRange): DayRange[] {
  const seen = new Set([...ts, ...unusable.map((row) => row.ts)].map(utcDayOf));
  const days: DayRange[] = [];
  for (let day = from; day < to; day++) if (!seen.has(day)) days.push({ from: day, to: day + 1 });
  return normalize(days);
}
