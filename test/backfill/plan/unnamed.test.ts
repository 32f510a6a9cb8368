import { describe, expect, it } from 'vitest';
import { unnamedIn } from '../../../src/backfill/plan/unnamed.ts';
import { UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import { firstClaim } from '../../../src/core/coverage/evidence.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import type { Want } from '../../../src/core/plan/task.ts';
import { polygonCapabilities } from '../../../src/providers/polygon/capabilities.ts';

const NOW = Date.parse('2026-03-02T23:00:00Z');
const DAYS = { from: parseDay('2026-02-23'), to: parseDay('2026-02-28') };

function wantOf(ticker: string, market?: string): Want {
  return {
    id: `${ticker} 1d`,
    series: { ticker, interval: '1d' },
    calendar: 'XNYS',
    range: DAYS,
    gaps: [DAYS],
    sessions: 5,
    ...(market !== undefined && { market }),
  };
}

/** Those of some wants, of which each claim is of all the days, that are unnamed. */
function unnamedOf(
  wants: readonly Want[],
  claims: Readonly<Record<string, readonly ['doubted' | 'vendor-empty', string]>>,
  settings: Readonly<Record<string, string>> = {},
): readonly string[] {
  const series = new Map(
    Object.entries(claims).map(([ticker, [reason, provider]]) => {
      const absent = [{ ...DAYS, by: [firstClaim(reason, provider, NOW)] }];
      const coverage = { present: [], provisional: [], absent };
      const of = { ticker, interval: '1d' as const };
      return [
        `${ticker} 1d`,
        { series: of, calendar: 'XNYS', coverage, identity: UNKNOWN_IDENTITY, rows: 0, fetchedAt: NOW },
      ];
    }),
  );
  const plan = { tasks: [{ id: 'all', wants, requests: 1, partitions: [] }] };
  return [...unnamedIn(plan, { series }, polygonCapabilities({ settings }))];
}

describe('series that answers for whole markets do not name', () => {
  it('are those of the markets that their provider is in doubt of', () => {
    const wants = ['ALFA', 'BRIQ', 'CORV', 'DUNO'].map((ticker) => wantOf(ticker, '1d all'));
    const claims = {
      ALFA: ['doubted', 'polygon'],
      BRIQ: ['vendor-empty', 'polygon'],
      CORV: ['doubted', 'yahoo'],
    } as const;
    expect(unnamedOf(wants, claims)).toEqual(['ALFA 1d']);
  });

  it('are none that were asked for by themselves', () => {
    expect(unnamedOf([wantOf('ALFA')], { ALFA: ['doubted', 'polygon'] })).toEqual([]);
  });

  it('are none where a series is read from the same files', () => {
    const flat = { tier: 'starter', source: 'flat' };
    expect(unnamedOf([wantOf('ALFA', '1d all')], { ALFA: ['doubted', 'polygon'] }, flat)).toEqual([]);
  });
});
