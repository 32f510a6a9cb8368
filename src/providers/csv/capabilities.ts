import { offlineCapabilities } from '../offline/capabilities.ts';
import type { Capabilities } from '../provider.ts';

export const csvCapabilities: Capabilities = offlineCapabilities('csv', true);
