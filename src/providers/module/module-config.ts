import type { Names } from '../../core/known-names.ts';
import type { ProviderConfig } from '../provider.ts';

/** What a provider of one's own is told when it is opened, in the main thread and in each worker. */
export type ModuleConfig = Pick<ProviderConfig, 'url' | 'timeoutMs' | 'settings'>;

/** The names of it. */
export const MODULE_CONFIG = { url: true, timeoutMs: true, settings: true } satisfies Names<ModuleConfig>;
