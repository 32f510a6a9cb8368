import type { LogEntry } from '../market/simulator.ts';

export interface QuotaUse {
  readonly admitted: number;
  /** Refused by the server. */
  readonly refused: number;
  /** Admitted requests as a part of what the quota allows from the first to the last of them. */
  readonly used: number;
}

/** How a server's log says that a quota of so many requests in so many seconds was used. */
export function useOf(
  log: readonly LogEntry[],
  { requests, seconds }: { readonly requests: number; readonly seconds: number },
): QuotaUse {
  const admitted = log.flatMap(({ outcome, arrivedMs }) => (outcome === 'limited' ? [] : arrivedMs));
  const sorted = admitted.toSorted((a, b) => a - b);
  const spanMs = (sorted.at(-1) ?? 0) - (sorted[0] ?? 0);
  const allowed = (requests * spanMs) / (seconds * 1000);
  return {
    admitted: admitted.length,
    refused: log.length - admitted.length,
    // The first begins the span: it is in no part of it.
    used: (admitted.length - 1) / allowed,
  };
}
