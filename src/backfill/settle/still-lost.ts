import { type Scan, type SetAside, unreadableIn } from '../../store/scan.ts';
import type { BarStore } from '../../store/store.ts';

/** The damaged files of a scan of which something is lost still. */
export async function stillLost(before: Scan, store: BarStore): Promise<readonly SetAside[]> {
  const damaged = new Map(
    unreadableIn(before).flatMap((file) =>
      file.isLeft || file.isRevisions ? [] : [[file.path, file.ticker]],
    ),
  );
  if (damaged.size === 0) return [];
  const after = await store.scan({ tickers: [...new Set(damaged.values())] });
  return unreadableIn(after).filter(({ path, isLeft }) => !isLeft && damaged.has(path));
}
