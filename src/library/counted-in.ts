import type { Engine } from './engine.ts';

/** Has an engine know of what is asked of it. */
export type Calling = Pick<Engine, 'call'>;

/** The same items, each a call of its own: a history that is closed gives no more of them, and waits for the one under way. */
export function countedIn<T>(calling: Calling, items: AsyncGenerator<T>): AsyncIterableIterator<T> {
  return {
    next: () => calling.call(() => items.next()),
    return: () => items.return(undefined),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
