import { BackfillError } from '../core/errors.ts';

/** The result, or what DuckDB says against a user's SQL, as `usage` in one line. */
export async function asUsage<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const [first = said] = said.replace(/^Failed to \w+ \w+: /, '').split(/\r?\n\r?\n|\r?\nLINE /);
    throw new BackfillError('usage', first.replaceAll(/\s*\r?\n\s*/g, ' '), { cause: error });
  }
}
