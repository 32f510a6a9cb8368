import { BackfillError } from '../../core/errors.ts';
import { option } from '../../core/option-name.ts';
import { parsePercent } from '../../core/percent.ts';
import { FAULT_GROUPS, FAULTS, type FaultName } from './faults.ts';

/** How often each fault hits, as a part of all requests: 0.05 is one in twenty. */
export type FaultRates = Readonly<Partial<Record<FaultName, number>>>;

type GroupName = keyof typeof FAULT_GROUPS;

const GROUPS = Object.keys(FAULT_GROUPS) as readonly GroupName[];

/**
 * Rates as `--fault` takes them: `throttle=5%,reset=1%`, each as `parsePercent` reads it, with `all` or `garbage` for every
 * fault of that group that has no rate of its own (`all=5%,huge=0`). Throws `usage`, naming the entry.
 */
export function parseFaultRates(text: string): FaultRates {
  const rates: Record<string, number> = {};
  const groups: Partial<Record<GroupName, number>> = {};
  for (const entry of text.split(',')) {
    const [name = '', rate] = entry.trim().split('=', 2);
    const group = GROUPS.find((one) => one === name);
    if (group !== undefined) {
      groups[group] = parseRate(rate, entry);
    } else {
      assertFault(name, entry);
      rates[name] = parseRate(rate, entry);
    }
  }
  return { ...Object.fromEntries(GROUPS.flatMap((group) => shared(group, groups[group]))), ...rates };
}

/** One rate for all faults of a group. */
function shared(group: GroupName, rate: number | undefined): [FaultName, number][] {
  return rate === undefined ? [] : FAULT_GROUPS[group].map((name) => [name, rate]);
}

/** Throws `usage` unless every name is a fault's and every rate from 0 to 1. */
export function assertFaultRates(rates: FaultRates): void {
  for (const [name, rate] of Object.entries(rates)) {
    const entry = `${name}=${rate}`;
    assertFault(name, entry);
    if (!(rate >= 0 && rate <= 1))
      throw new BackfillError(
        'usage',
        `${option('fault')} ${entry}: must be a part of one, from 0 to 1: 0.05 is 5%`,
      );
  }
}

function assertFault(name: string, entry: string): void {
  if (Object.hasOwn(FAULTS, name)) return;
  const groups = GROUPS.map((group) => `${group} (${FAULT_GROUPS[group].join(', ')})`).join(' and ');
  throw new BackfillError(
    'usage',
    `${option('fault')} ${entry.trim()}: there is no such fault; there are ${groups}`,
  );
}

function parseRate(text: string | undefined, entry: string): number {
  return (
    parsePercent(`${option('fault')} ${entry.trim()}`, text ?? '', 'write it as NAME=5%, at most 100%') / 100
  );
}
