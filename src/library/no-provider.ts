import { BackfillError } from '../core/errors.ts';
import { INTERVALS } from '../core/session/interval.ts';
import { offlineCapabilities } from '../providers/offline/capabilities.ts';
import type { Capabilities, ProviderConfig } from '../providers/provider.ts';
import { capabilitiesOf } from '../providers/registry.ts';
import type { HistoryOptions, ReaderOptions } from './history.ts';

interface Asked {
  readonly config: ProviderConfig;
}

/** What `openHistory` takes for a history that only reads. */
const NONE = 'none';

/** Stands for the provider of such a history. It is known by being this object: no name of a user's is it. */
export const NO_PROVIDER: ProviderConfig = { id: NONE };

/** What it can do: nothing. Sessions are expected when the default provider would have their bars, not as soon as they close. */
export function nobodysCapabilities(): Capabilities {
  const none = offlineCapabilities(NONE, false);
  const { intervals: usual } = capabilitiesOf({ id: 'yahoo' });
  const intervals = INTERVALS.flatMap((interval) => {
    const limits = none.intervals[interval];
    const { settleDelayMs = 0 } = usual[interval] ?? {};
    return limits === undefined ? [] : [[interval, { ...limits, settleDelayMs }]];
  });
  return { ...none, intervals: Object.fromEntries(intervals), actions: false, listsTickers: false };
}

/** Whether a history is to be opened without a provider. */
export function isReader(options: HistoryOptions | ReaderOptions): options is ReaderOptions {
  return options.provider === NONE;
}

/** Whether a history was opened without a provider. */
export function hasNoProvider({ config }: Asked): boolean {
  return config === NO_PROVIDER;
}

/** Throws `usage` where a method that asks a provider has none to ask. */
export function assertProvider(parts: Asked, method: string): void {
  if (!hasNoProvider(parts)) return;
  throw new BackfillError(
    'usage',
    `${method}: the history was opened without a provider; open it with one that can be asked, such as ` +
      `provider: { id: 'yahoo' }, instead of '${NONE}'`,
  );
}
