import type { InspectRequest, Inspection } from '../report/inspection.ts';

/**
 * What the provider `csv` understands of a file or folder: tickers, intervals, clocks, columns, and what it would refuse.
 * Nothing is stored. `clock` says which splits are known; default: the system's. Throws `usage` where there is no such
 * file or folder.
 */
export async function inspectFiles(
  request: InspectRequest,
  clock: () => number = Date.now,
): Promise<Inspection> {
  const { inspect } = await import('../report/inspection.ts');
  return inspect(request, clock());
}
