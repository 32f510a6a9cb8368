import { assertKind } from '../core/option-kinds.ts';
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
  assertKind('inspectFiles', 'the request', request, 'an object');
  assertKind('inspectFiles', 'path', request.path, 'a text');
  const { inspect } = await import('../report/inspection.ts');
  return inspect(request, clock());
}
