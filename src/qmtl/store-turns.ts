/** Who writes a store. */
interface Turn {
  readonly who: object;
  writing: number;
  readonly over: Promise<void>;
  readonly end: () => void;
}

const turns = new Map<string, Turn>();

/**
 * Writes a store when nobody else of this process does: two histories of one store would refuse each other. Calls of the same one go
 * side by side.
 */
export async function inTurn<T>(store: string, who: object, write: () => Promise<T>): Promise<T> {
  let turn = turns.get(store);
  while (turn !== undefined && turn.who !== who) {
    await turn.over;
    turn = turns.get(store);
  }
  if (turn === undefined) turns.set(store, (turn = begun(who)));
  turn.writing++;
  try {
    return await write();
  } finally {
    turn.writing--;
    if (turn.writing === 0) {
      turns.delete(store);
      turn.end();
    }
  }
}

function begun(who: object): Turn {
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => (end = resolve));
  return { who, writing: 0, over, end };
}
