import type { Member } from '../../../core/universe/member.ts';
import { type Day, formatDay } from '../../../core/session/day.ts';
import { membersInJson, type UniverseHead, universeJson } from '../../../core/universe/members-json.ts';
import { type Blobs, bytesOfText, readText } from '../files/blobs.ts';
import { PORTFOLIO_FILE, UNIVERSES, universePath } from '../files/layout.ts';

/** Members of `universes/NAME.json`; undefined if there is none. Throws `usage` for anything else: it is the user's file. */
export async function readUniverseFile(blobs: Blobs, name: string): Promise<readonly Member[] | undefined> {
  const path = universePath(name);
  const text = await readText(blobs, path);
  return text === undefined ? undefined : membersInJson(text, path);
}

/**
 * The same, or those of the newest `universes/NAME_DATE.json`: of the dates up to a day, where there are any. Default: of all.
 */
export async function readNewestUniverse(
  blobs: Blobs,
  name: string,
  until?: Day,
): Promise<readonly Member[] | undefined> {
  const own = await readUniverseFile(blobs, name);
  if (own !== undefined) return own;
  const isDated = (file: string): boolean =>
    file.startsWith(`${name}_`) && /^\d{4}-\d{2}-\d{2}\.json$/.test(file.slice(name.length + 1));
  const dated = (await blobs.list(UNIVERSES)).filter(isDated).toSorted();
  const last = until === undefined ? undefined : `${name}_${formatDay(until)}.json`;
  const newest = dated.findLast((file) => last !== undefined && file <= last) ?? dated.at(-1);
  return newest === undefined ? undefined : readUniverseFile(blobs, newest.slice(0, -'.json'.length));
}

/** The names by which universes can be read: of dated ones without their dates. */
export async function listUniverses(blobs: Blobs): Promise<readonly string[]> {
  const names = (await blobs.list(UNIVERSES)).flatMap(
    (file) => /^(.+?)(?:_\d{4}-\d{2}-\d{2})?\.json$/.exec(file)?.[1] ?? [],
  );
  return [...new Set(names)].toSorted();
}

/** Writes `universes/NAME_DATE.json`. Gives where it is. */
export async function saveUniverse(
  blobs: Blobs,
  head: UniverseHead,
  members: readonly Member[],
): Promise<string> {
  const path = universePath(`${head.name}_${head.date}`);
  await blobs.put(path, bytesOfText(universeJson(head, members)));
  return blobs.at(path);
}

/** The user's own list; undefined if there is none. */
export async function readPortfolio(
  blobs: Blobs,
): Promise<{ readonly path: string; readonly text: string } | undefined> {
  const text = await readText(blobs, PORTFOLIO_FILE);
  return text === undefined ? undefined : { path: blobs.at(PORTFOLIO_FILE), text };
}

/** Writes it, unless there is one. */
export async function savePortfolio(blobs: Blobs, text: string): Promise<string> {
  const isThere = (await blobs.version(PORTFOLIO_FILE)) !== undefined;
  if (!isThere) await blobs.put(PORTFOLIO_FILE, bytesOfText(text), { ifVersion: null });
  return blobs.at(PORTFOLIO_FILE);
}
