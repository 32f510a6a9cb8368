import { csvFolderMarket } from './csv-folder.ts';
import type { Market } from './market.ts';
import { sampleMarket } from './sample.ts';

/** The market that a user names: `sample` (with its seed, default 1), or a folder of CSV files. Throws `usage`. */
export function openMarket(from: string, seed?: number): Market {
  return from === 'sample' ? sampleMarket(seed) : csvFolderMarket(from);
}
