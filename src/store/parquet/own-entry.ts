import { BackfillError } from '../../core/errors.ts';
import { fields, type Json } from './json.ts';

/** Version of what lies under the key `backfill`. */
export const VERSION = 2;

/** Versions that are understood. In the first one an absence was one provider's word. */
const READABLE: ReadonlySet<unknown> = new Set([1, VERSION]);

/**
 * What a file says of itself under the key `backfill`; undefined if that is missing, unparsable, of another version or
 * does not say what the file is of. Throws `store-corrupt` if it is of something else than `place`, such as
 * `{ ticker: 'AAPL' }`: somebody copied the file, and its rows are another instrument's or another period's.
 */
export function ownEntry(
  metadata: string | undefined,
  place: Readonly<Record<string, string>>,
): Json | undefined {
  const entry = metadata === undefined ? undefined : parsed(metadata);
  if (entry === undefined || !READABLE.has(entry['version'])) return undefined;
  for (const [name, expected] of Object.entries(place)) {
    const said = entry[name];
    if (typeof said === 'string' && said !== expected)
      throw new BackfillError('store-corrupt', `by its own knowledge it is of ${name} ${said}`);
  }
  return Object.keys(place).every((name) => typeof entry[name] === 'string') ? entry : undefined;
}

/** The digest that an entry states of the rows it was written with; undefined if none. */
export function digestIn(entry: Json): string | undefined {
  const { digest } = entry;
  return typeof digest === 'string' ? digest : undefined;
}

/** Throws `store-corrupt` for rows that are not those that the digest was made of; none was stated: all are accepted. */
export function assertDigest(stated: string | undefined, found: () => string): void {
  if (stated !== undefined && stated !== found())
    throw new BackfillError('store-corrupt', 'its rows are not those that were written');
}

function parsed(metadata: string): Json | undefined {
  try {
    return fields(JSON.parse(metadata));
  } catch {
    return undefined;
  }
}
