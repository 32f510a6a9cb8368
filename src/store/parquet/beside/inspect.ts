import { BackfillError } from '../../../core/errors.ts';
import type { SetAside } from '../../scan.ts';
import { eachBounded } from '../../bounded.ts';
import type { BlobFile, Blobs, Version } from '../files/blobs.ts';
import { errno } from '../files/absent.ts';
import { OWN_TROUBLE, troubleText } from '../files/trouble.ts';
import type { HeldDays } from './held-days.ts';
import { setAside } from './quarantine.ts';

/** A file to look at, if it is there. */
export interface Place<T> {
  /** Relative to the root. */
  readonly path: string;
  /** Whose it is, as in `SetAside`. */
  readonly of: Pick<SetAside, 'ticker' | 'interval'>;
  /** Reads what is wanted of it. Throws `store-corrupt` if it is damaged. */
  readonly read: (file: BlobFile) => Promise<T>;
  /** What is known of it without reading; undefined if it has to be read. Asked with undefined where there is no file. */
  readonly recall?: ((version: Version | undefined) => T | undefined) | undefined;
}

/** Why a file cannot be read: its content is damaged, or the system does not give it to us. */
interface Unreadable {
  readonly reason: string;
  readonly damaged: boolean;
}

/** What was read, or why it could not be. */
type Look<T> = { readonly content: T } | Unreadable;

/**
 * Reads every file that is there; the results come in the order of the items. A damaged one goes to quarantine if
 * `mayMove`, and is reported in `aside` either way, as is one that the system does not let us read. `heldDays` is asked what
 * damaged ones held.
 */
export async function inspectAll<T, I>(
  blobs: Blobs,
  items: readonly I[],
  placeOf: (item: I) => Place<T>,
  mayMove: boolean,
  heldDays?: HeldDays,
): Promise<{ found: T[]; aside: SetAside[] }> {
  const looks: (T | SetAside | undefined)[] = Array.from({ length: items.length });
  const aside = new Set<T | SetAside | undefined>();
  await eachBounded(items, async (item, i) => {
    // Made one at a time: of a hundred thousand files it would take more room than what they say.
    const place = placeOf(item);
    const first = await lookAt(blobs, place);
    const look =
      first && 'reason' in first ? await lookAgain(blobs, place, mayMove && first.damaged, heldDays) : first;
    if (look === undefined) return;
    if ('content' in look) looks[i] = look.content;
    else {
      const { path, of } = place;
      const left = !look.damaged && ({ isLeft: true } as const);
      aside.add((looks[i] = { path, reason: look.reason, ...left, ...of }));
    }
  });
  const isAside = (look: T | SetAside | undefined): look is SetAside => aside.has(look);
  return {
    found: looks.filter((look): look is T => look !== undefined && !isAside(look)),
    aside: looks.filter(isAside),
  };
}

/** Undefined if there is no such file. */
async function lookAt<T>(blobs: Blobs, { path, read, recall }: Place<T>): Promise<Look<T> | undefined> {
  try {
    if (recall !== undefined) {
      const content = recall(await blobs.version(path));
      if (content !== undefined) return { content };
    }
    const look = await blobs.open(path, async (file) => ({
      content: await read(file),
    }));
    if (look === undefined) await blobs.assertNothing(path);
    return look;
  } catch (error) {
    if (OWN_TROUBLE.has(errno(error))) return { reason: troubleText(error), damaged: false };
    if (error instanceof BackfillError && error.code === 'store-corrupt') {
      return { reason: error.message, damaged: true };
    }
    throw error;
  }
}

/** A second look at an unreadable file, which a writer may have replaced meanwhile; what is damaged still is moved. */
async function lookAgain<T>(
  blobs: Blobs,
  place: Place<T>,
  mayMove: boolean,
  heldDays: HeldDays | undefined,
): Promise<Look<T> | undefined> {
  const version = mayMove ? await blobs.written(place.path) : undefined;
  const look = await lookAt(blobs, place);
  if (look === undefined || 'content' in look || !look.damaged) return look;
  await heldDays?.of(place.path);
  if (mayMove) await setAside(blobs, place.path, version, heldDays);
  return look;
}
