import { BackfillError } from '../core/errors.ts';
import type { History } from './history.ts';

/**
 * How a store's place is found: `not-yet` where none was before either, and a first run makes one; `gone` where one was, with
 * the words of `History.whyNone`; `unusable` where the system or the server lets nobody know, with what they say.
 */
export type PlaceNow =
  | { readonly is: 'there' | 'not-yet' }
  | { readonly is: 'gone' | 'unusable'; readonly why: string };

/** The place of a store that is watched for long: a folder may be moved or unmounted, a disk or a server fail. */
export class StorePlace {
  readonly #history: Pick<History, 'whyNone' | 'runs'>;
  #wasThere = false;

  private constructor(history: Pick<History, 'whyNone' | 'runs'>) {
    this.#history = history;
  }

  /** Looks for the first time. */
  static async of(history: Pick<History, 'whyNone' | 'runs'>): Promise<StorePlace> {
    const place = new StorePlace(history);
    await place.look();
    return place;
  }

  /** Looks now, which costs little. */
  async look(): Promise<PlaceNow> {
    try {
      const why = await this.#history.whyNone();
      if (why !== undefined) return this.#wasThere ? { is: 'gone', why } : { is: 'not-yet' };
      this.#wasThere = true;
      // What cannot be looked into passes for a store up to here.
      await this.#history.runs({ last: 1 });
      return { is: 'there' };
    } catch (error) {
      if (!(error instanceof BackfillError)) throw error;
      return { is: 'unusable', why: error.message };
    }
  }
}
