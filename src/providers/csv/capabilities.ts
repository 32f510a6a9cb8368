import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { offlineCapabilities } from '../offline/capabilities.ts';
import type { Capabilities, ProviderConfig } from '../provider.ts';

/** A folder knows of splits and dividends only if it has an `actions.csv`; without one nobody said that there were none. */
export function csvCapabilities({ url }: Pick<ProviderConfig, 'url'>): Capabilities {
  const actions = url !== undefined && existsSync(join(url, 'actions.csv'));
  return { ...offlineCapabilities('csv', true), actions, ownActions: actions };
}
