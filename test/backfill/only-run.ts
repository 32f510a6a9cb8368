import { type OpenTraffic, type TrafficOptions, openTraffic } from '../../src/backfill/run/traffic.ts';
import { monotonicNow } from '../../src/providers/http/gate-state.ts';

const CLOCKS = { wall: Date.now, gate: monotonicNow };

/** The requests of a run that has its gate to itself. */
export async function trafficOfOnlyRun(options: Partial<TrafficOptions> = {}): Promise<OpenTraffic> {
  const traffic = await openTraffic({ quotas: [], quotaFile: undefined, clocks: CLOCKS, ...options });
  return { ...traffic.begin(), close: () => traffic.close() };
}
