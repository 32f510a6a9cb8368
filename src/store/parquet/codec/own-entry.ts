import { createHash } from 'node:crypto';
import { BackfillError } from '../../../core/errors.ts';
import { fields, type Json } from './json.ts';

/** Version of what lies under the key `backfill`. */
export const VERSION = 3;

/**
 * Versions that are understood. In the first one an absence was one provider's word; the first two have no seal, and get
 * one as soon as their file is written again.
 */
const READABLE: ReadonlySet<unknown> = new Set([1, 2, VERSION]);
const UNSEALED: ReadonlySet<unknown> = new Set([1, 2]);

/** Why a broken seal's entry is not believed. */
export const BROKEN_SEAL = 'what it says of itself was changed after it was written';

/** What a file says of itself. */
export interface OwnEntry {
  readonly json: Json;
  /**
   * `whole`: it is as it was written, with the rows that its digest is of. `broken`: another hand changed it. `none`: an
   * older version, of which that cannot be told.
   */
  readonly seal: 'whole' | 'broken' | 'none';
}

/** How it is said that a file is not of its place. */
export const OWN_KNOWLEDGE = 'by its own knowledge it is of';

/**
 * What a file says of itself under the key `backfill`; undefined if that is missing, unparsable, of another version or
 * does not say what the file is of. Throws `store-corrupt` if it is of something else than `place`, such as
 * `{ ticker: 'AAPL' }`: somebody copied the file, and its rows are another instrument's or another period's.
 */
export function ownEntry(
  metadata: string | undefined,
  place: Readonly<Record<string, string>>,
): OwnEntry | undefined {
  const json = metadata === undefined ? undefined : parsed(metadata);
  if (metadata === undefined || json === undefined || !READABLE.has(json['version'])) return undefined;
  for (const [name, expected] of Object.entries(place)) {
    const said = json[name];
    if (typeof said === 'string' && said !== expected)
      throw new BackfillError('store-corrupt', `${OWN_KNOWLEDGE} ${name} ${said}`);
  }
  if (!Object.keys(place).every((name) => typeof json[name] === 'string')) return undefined;
  return { json, seal: sealOf(metadata, json) };
}

const SEAL = /,"seal":"([\da-f]{32})"\}$/;

/** What a file says of itself as the text that lies in it, closed by a seal: the digest of all before it. */
export function sealed(entry: Json): string {
  const text = JSON.stringify(entry);
  return `${text.slice(0, -1)},"seal":"${digestOfText(text)}"}`;
}

function sealOf(metadata: string, json: Json): OwnEntry['seal'] {
  const seal = SEAL.exec(metadata);
  if (seal === null) return UNSEALED.has(json['version']) && json['seal'] === undefined ? 'none' : 'broken';
  return digestOfText(`${metadata.slice(0, seal.index)}}`) === seal[1] ? 'whole' : 'broken';
}

function digestOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/**
 * The digest that the rows of a file must have; undefined if none is stated. One under a whole seal is of just these rows,
 * and rows that it is not of are not those that were written. Any other counts only where `isAbout`: the entry was written
 * with as many rows, so that a hand that knows nothing of digests did not leave it behind.
 */
export function digestIn(entry: OwnEntry | undefined, isAbout: (json: Json) => boolean): string | undefined {
  if (entry === undefined || (entry.seal !== 'whole' && !isAbout(entry.json))) return undefined;
  const { digest } = entry.json;
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
