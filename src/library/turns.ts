/** What a writer may touch: these tickers, or everything. */
export type Claim = readonly string[] | 'all';

/** A place among the writers of one store. */
export interface Turn {
  /** Resolves when all that came before and claim something of the same have ended. */
  readonly ready: Promise<void>;
  /** Lets those behind go on; once is enough. */
  readonly end: () => void;
}

/** Writers of one ticker follow each other as they came; those of different tickers go side by side. */
export class Turns {
  readonly #open = new Set<Place>();

  take(claim: Claim): Turn {
    const place = newPlace(claim);
    const before = [...this.#open].filter((other) => overlaps(other.claim, place.claim));
    this.#open.add(place);
    return {
      ready: Promise.all(before.map(({ ended }) => ended)).then(() => undefined),
      end: () => {
        this.#open.delete(place);
        place.end();
      },
    };
  }
}

interface Place {
  readonly claim: ReadonlySet<string> | 'all';
  readonly ended: Promise<void>;
  readonly end: () => void;
}

function newPlace(claim: Claim): Place {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { claim: claim === 'all' ? claim : new Set(claim), ended, end };
}

function overlaps(a: Place['claim'], b: Place['claim']): boolean {
  if (a === 'all' || b === 'all') return true;
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  for (const ticker of few) if (many.has(ticker)) return true;
  return false;
}
