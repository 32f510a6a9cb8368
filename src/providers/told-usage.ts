/**
 * Where a provider tells with each answer how much of a limit was used, by whoever asks from this address or with this key.
 * Its windows begin at multiples of `perMs` since the epoch, by its own clock.
 */
export interface ToldUsage {
  /** Header that has the units used in the present window; in lower case. */
  readonly header: string;
  /** Length of a window, ms. */
  readonly perMs: number;
  /** Units that may be used in a window, as long as the provider has not told another number. */
  readonly limit: number;
  /** Units that a request costs: so many are left free for each that may be under way. */
  readonly aRequest: number;
}
