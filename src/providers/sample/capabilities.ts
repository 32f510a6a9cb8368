import { offlineCapabilities } from '../offline/capabilities.ts';
import type { Capabilities } from '../provider.ts';

export const sampleCapabilities: Capabilities = offlineCapabilities('sample', false);
