/**
 * The same with fewer calls: what is asked for while a sync of the same path runs, which may have begun too early for it,
 * waits for the next one, and one serves all that wait.
 */
export function sharingSyncs(sync: (path: string) => Promise<void>): (path: string) => Promise<void> {
  /** By path: the last that was begun, and the one after it, that has not. */
  const running = new Map<string, Promise<void>>();
  const waiting = new Map<string, Promise<void>>();
  const begin = async (path: string, before: Promise<void> | undefined): Promise<void> => {
    // Whoever waited for that one was told of its failure.
    await before?.catch(() => undefined);
    const own = waiting.get(path) as Promise<void>;
    waiting.delete(path);
    running.set(path, own);
    try {
      await sync(path);
    } finally {
      if (running.get(path) === own) running.delete(path);
    }
  };
  return (path) => {
    const next = waiting.get(path) ?? begin(path, running.get(path));
    waiting.set(path, next);
    return next;
  };
}
