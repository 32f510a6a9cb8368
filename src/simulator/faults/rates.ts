import { BackfillError } from '../../core/errors.ts';
import { FAULT_NAMES, type FaultName } from './faults.ts';

/** How often each fault hits, as a part of all requests: 0.05 is one in twenty. */
export type FaultRates = Readonly<Partial<Record<FaultName, number>>>;

/**
 * Rates as `--fault` takes them: `throttle=5%,reset=0.01`, with `all` for every fault that has no rate of its own
 * (`all=5%,huge=0`). Throws `usage`, naming the entry.
 */
export function parseFaultRates(text: string): FaultRates {
  const rates: Record<string, number> = {};
  for (const entry of text.split(',')) {
    const [name = '', rate] = entry.trim().split('=', 2);
    if (name !== 'all') assertFault(name, entry);
    rates[name] = parseRate(rate, entry);
  }
  const { all, ...own } = rates;
  if (all === undefined) return own;
  return { ...Object.fromEntries(FAULT_NAMES.map((name) => [name, all])), ...own };
}

/** Throws `usage` unless every name is a fault's and every rate from 0 to 1. */
export function assertFaultRates(rates: FaultRates): void {
  for (const [name, rate] of Object.entries(rates)) {
    const entry = `${name}=${rate}`;
    assertFault(name, entry);
    if (!(rate >= 0 && rate <= 1)) throw badRate(entry);
  }
}

function assertFault(name: string, entry: string): void {
  if ((FAULT_NAMES as readonly string[]).includes(name)) return;
  const names = FAULT_NAMES.join(', ');
  throw new BackfillError(
    'usage',
    `--fault ${entry.trim()}: there is no such fault; there are ${names}, all`,
  );
}

function parseRate(text: string | undefined, entry: string): number {
  const [, digits, percent] = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text?.trim() ?? '') ?? [];
  const rate = percent === '%' ? Number(digits) / 100 : Number(digits);
  if (rate >= 0 && rate <= 1) return rate;
  throw badRate(entry);
}

function badRate(entry: string): BackfillError {
  return new BackfillError(
    'usage',
    `--fault ${entry.trim()}: write it as NAME=5% or NAME=0.05, at most 100%`,
  );
}
