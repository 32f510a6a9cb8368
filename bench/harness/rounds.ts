/** One of the things that are compared. */
export interface Contestant<T> {
  readonly name: string;
  readonly run: () => Promise<T>;
}

export interface Rounds {
  /** Rounds that are run first and forgotten. */
  readonly warmUps: number;
  readonly runs: number;
}

/**
 * Runs the contestants in turn, round by round, each round beginning with another, so that what the machine does
 * meanwhile hits all alike. Gives what each measured by its name, in the order of the rounds.
 */
export async function inRounds<T>(
  contestants: readonly Contestant<T>[],
  { warmUps, runs }: Rounds,
): Promise<ReadonlyMap<string, readonly T[]>> {
  const measured = new Map<string, T[]>(contestants.map(({ name }) => [name, []]));
  if (measured.size < contestants.length) throw new Error('two contestants have one name');
  for (let round = 0; round < warmUps + runs; round++) {
    const first = round % contestants.length;
    for (const { name, run } of [...contestants.slice(first), ...contestants.slice(0, first)]) {
      const result = await run();
      if (round >= warmUps) measured.get(name)?.push(result);
    }
  }
  return measured;
}

/** A process, or a part of one. */
export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** The same, and says on the screen what it took. */
export function told<T extends Cost>(
  { name, run }: Contestant<T>,
  tell: (line: string) => void,
): Contestant<T> {
  return {
    name,
    run: async () => {
      const cost = await run();
      tell(`${name}: ${(cost.wallMs / 1000).toFixed(2)} s, ${(cost.cpuMs / 1000).toFixed(2)} s CPU`);
      return cost;
    },
  };
}
