import type { Market } from '../market/market.ts';
import { assertKind } from '../core/option-kinds.ts';
import type { Simulator, SimulatorOptions } from '../simulator/server.ts';
import { WIRE_NAMES } from '../simulator/wire-names.ts';

/** Rows that a served folder keeps: its clients ask for this ticker and that. 72 MB. */
const ROWS_SERVED = 1_000_000;

/** The market that a user names: `sample` (with its seed, default 1), or a folder of CSV files. Throws `usage`. */
export async function openMarket(from: string, seed?: number): Promise<Market> {
  const { sampleMarket } = await import('../market/sample.ts');
  if (from === 'sample') return sampleMarket(seed);
  const { csvFolderMarket } = await import('../market/csv-folder.ts');
  return csvFolderMarket(from, null, 'start', {}, ROWS_SERVED);
}

/** A wire by its name, or by the path of a module of the user's own. Throws `usage`. */
export async function openWire(wire: string): Promise<SimulatorOptions['wire']> {
  const name = WIRE_NAMES.find((one) => one === wire);
  if (name !== undefined) return name;
  const { loadWire } = await import('../simulator/load-wire.ts');
  return loadWire(wire);
}

/** The faults that a simulator may be told of, a line a group: the name that sets them all, and theirs. */
export async function faultLines(): Promise<string[]> {
  const { FAULT_GROUPS } = await import('../simulator/faults/faults.ts');
  return Object.entries(FAULT_GROUPS).map(([group, names]) => `${group}: ${names.join(', ')}`);
}

/** Serves a market on loopback as a provider would. Throws `usage` where the port cannot be taken. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  assertKind('startSimulator', 'the options', options, 'an object');
  assertKind('startSimulator', 'market', options.market, 'an object');
  assertKind('startSimulator', 'now', options.now, 'a function');
  const { startSimulator: start } = await import('../simulator/server.ts');
  return start(options);
}
