import { noStore } from '../library/existing-store.ts';
import type { PlaceNow } from '../library/store-place.ts';

/** Why a store cannot be shown: for a heading, and in words. */
export interface Trouble {
  readonly title: string;
  readonly message: string;
}

/** What is wrong with a store; undefined: nothing. */
export function troubleOf(place: PlaceNow, store: string): Trouble | undefined {
  if (place.is === 'gone')
    return { title: 'The store is not there', message: noStore(store, place.why).message };
  return place.is === 'unusable' ? unusable(place.why) : undefined;
}

/** What a system or a server says of a store that it does not let us read. */
export function unusable(message: string): Trouble {
  return { title: 'The store cannot be read', message };
}
