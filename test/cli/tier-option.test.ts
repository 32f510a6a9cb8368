import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Plan, RunSummary } from '../../src/index.ts';
import { connectionOf } from '../../src/cli/provider-options.ts';
import { refusing } from '../library/chain-store.ts';
import { start } from '../simulator/running.ts';
import { meant, valuesOf } from './meant.ts';
import { type Finished, runWith } from './one-process.ts';

const NOW = '2026-03-02T23:00:00Z';
const KEYS = { POLYGON_API_KEY: 'TESTSTARTER', ALPHAVANTAGE_API_KEY: 'TESTFREE' };
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-tier-'));
});
afterEach(() => rm(folder, { recursive: true }));

const backfill = (...argv: string[]): Promise<Finished> => runWith(KEYS, argv, folder);

/** The tier that each provider is told. */
async function told(line: string, settings: Readonly<Record<string, unknown>> = {}): Promise<unknown[]> {
  const { provider } = await connectionOf(valuesOf(line, settings) as never);
  return [provider].flat().map((one) => one?.settings?.['tier']);
}

/** A plan without the instants at which it looked at its quotas. */
const withoutTime = (plan: Plan): Plan =>
  JSON.parse(JSON.stringify(plan, (key, value: unknown) => (key === 'standing' ? undefined : value))) as Plan;

const CHAINED = ['polygon', 'alphavantage', 'yahoo'];
const CHAIN = `--provider ${CHAINED.join(',')}`;

describe('--tier', () => {
  it.each([
    [`${CHAIN} --tier polygon=starter,alphavantage=75`, ['starter', '75', undefined]],
    [`${CHAIN} --tier polygon=starter --tier alphavantage=75`, ['starter', '75', undefined]],
    [`${CHAIN} --tier alphavantage=legacy`, [undefined, 'legacy', undefined]],
    [`${CHAIN} --tier free`, ['free', 'free', undefined]],
    [`${CHAIN} --tier starter`, ['starter', undefined, undefined]],
    [`${CHAIN} --tier free,polygon=advanced`, ['advanced', 'free', undefined]],
    ['--provider polygon --tier starter', ['starter']],
    ['--provider polygon --tier polygon=starter', ['starter']],
  ])('%s', async (line, tiers) => {
    expect(await told(line)).toEqual(tiers);
  });

  it('is the same as a setting, of which a part waits for the provider that it names', async () => {
    for (const tier of ['polygon=starter,alphavantage=75', ['polygon=starter', 'alphavantage=75']]) {
      expect(await told(CHAIN, { tier })).toEqual(['starter', '75', undefined]);
      expect(await told('--provider alphavantage', { tier })).toEqual(['75']);
      expect(await told('', { tier })).toEqual([undefined]);
    }
    expect(await told(`${CHAIN} --tier free`, { tier: 'polygon=starter' })).toEqual([
      ...['free', 'free', undefined],
    ]);
  });

  it.each([
    [
      'polygon=gold',
      '--tier polygon=gold: polygon has no such plan; it has free, starter, developer, advanced',
    ],
    ['polygon=startr', 'advanced; did you mean starter?'],
    [
      'alphavantage=starter',
      '--tier alphavantage=starter: alphavantage has no such plan; it has free, legacy, 75,',
    ],
    ['polygn=starter', 'a plan is told so of alphavantage or polygon only; did you mean polygon?'],
    ['yahoo=free', '--tier yahoo=free: a plan is told so of alphavantage or polygon only'],
    ['=free', '--tier =free: a plan is told so of alphavantage or polygon only'],
    ['polygon=', '--tier polygon=: a plan is empty; write NAME, or PROVIDER=NAME,PROVIDER=NAME'],
    ['free,', '--tier free,: a plan is empty'],
    [
      'free,starter',
      'of free and starter it is not said whose they are; write PROVIDER=free,PROVIDER=starter',
    ],
    ['polygon=free,polygon=starter', 'polygon is named twice (free, starter); name it once'],
    [
      'gold',
      '--tier gold: there is no such plan; polygon has free, starter, developer, advanced; alphavantage has',
    ],
    ['gold,polygon=free', '--tier gold: there is no such plan; alphavantage has free, legacy'],
    [
      'free,polygon=free,alphavantage=free',
      '--tier free has no effect with --provider polygon,alphavantage,yahoo',
    ],
  ])('%s is refused in one line before anything is asked', async (tier, why) => {
    let asked = 0;
    const nobody = await refusing(403, () => asked++);
    const urls = CHAINED.flatMap((id) => ['--provider-url', `${id}=${nobody.url}`]);
    const line = ['AAPL', ...CHAIN.split(' '), ...urls, '--tier', tier, '--store', 's', '--state', 'state'];
    const { code, stdout, stderr } = await backfill(...line);
    await nobody.close();
    expect([code, stdout, stderr.trim().split('\n')]).toEqual([2, '', [expect.stringContaining(why)]]);
    expect(asked).toBe(0);
  });

  it('of a provider that is not asked is refused, a part of it too', () => {
    for (const [line, why] of [
      [
        '--provider polygon --tier polygon=starter,alphavantage=75',
        '--tier alphavantage=75 has no effect with --provider polygon; it belongs to --provider alphavantage',
      ],
      [
        '--provider polygon --tier free,polygon=starter',
        '--tier free has no effect with --provider polygon; it belongs to --provider alphavantage',
      ],
      ['--tier polygon=starter', '--tier polygon=starter has no effect with --provider yahoo'],
    ] as const)
      expect(() => meant(line)).toThrow(
        expect.objectContaining({ code: 'usage', message: expect.stringContaining(why) as string }),
      );
  });

  it('prices each provider of a chain by its own plan, and what its other plans would cost', async () => {
    const line = [
      'AAPL',
      '--years',
      '4',
      '--provider',
      'polygon,alphavantage',
      '--dry-run',
      '--json',
      '--now',
      NOW,
    ];
    const planned = async (...more: string[]): Promise<Plan> =>
      withoutTime(JSON.parse((await backfill(...line, ...more)).stdout) as Plan);
    const plan = await planned('--tier', 'polygon=starter,alphavantage=legacy');
    const others = ({ routes = [] }: Plan): unknown[] => routes.flatMap(({ tiers = [] }) => tiers);
    expect(others(plan)).toEqual(expect.arrayContaining(['free', 'developer', 'advanced']));
    expect(others(plan)).not.toContain('starter');
    // What polygon reaches of it nobody else is asked for.
    expect(plan.outOfReach).toEqual([]);
    expect(plan.next?.map(({ provider, quotas }) => [provider, quotas])).toEqual([
      [
        'alphavantage',
        [
          { requests: 5, perMs: MINUTE },
          { requests: 500, perMs: DAY },
        ],
      ],
    ]);
    const free = await planned('--tier', 'alphavantage=legacy');
    expect(free.outOfReach).not.toEqual([]);
    await writeFile(join(folder, '.env'), 'BACKFILL_TIER=polygon=starter,alphavantage=legacy\n');
    expect(await planned()).toEqual(plan);
    await rm(join(folder, '.env'));
    await writeFile(
      join(folder, 'backfill.config.json'),
      JSON.stringify({ tier: ['polygon=starter', 'alphavantage=legacy'] }),
    );
    expect(await planned()).toEqual(plan);
  });

  it('is what the gate of each key lets through', async () => {
    const now = Date.parse(NOW);
    const polygon = await start({ wire: 'polygon', now: () => now });
    const alphavantage = await start({ wire: 'alphavantage', now: () => now });
    const line = [
      ...[
        'ALFA',
        'EURUSD=X',
        '--days',
        '5',
        '--provider',
        'polygon,alphavantage',
        '--now',
        NOW,
        '--store',
        's',
      ],
      ...['--tier', 'polygon=starter,alphavantage=free', '--state', 'state', '--json'],
      ...['--provider-url', `polygon=${polygon.url}`, '--provider-url', `alphavantage=${alphavantage.url}`],
    ];
    const { byProvider = [] } = JSON.parse((await backfill(...line)).stdout) as RunSummary;
    expect(byProvider.map(({ provider, sent }) => [provider, sent > 0])).toEqual([
      ['polygon', true],
      ['alphavantage', true],
    ]);
    const status = await backfill('status', '--store', 's', '--state', 'state', '--json');
    const { quotas } = JSON.parse(status.stdout) as {
      quotas: readonly { provider: string; windows: readonly { requests: number | null; perMs: number }[] }[];
    };
    const windows = quotas.map(({ provider, windows: all }) => [
      provider,
      all.filter(({ requests }) => requests !== null).map(({ requests, perMs }) => [requests, perMs]),
    ]);
    expect(windows).toEqual([
      [
        'alphavantage',
        [
          [25, DAY],
          [1, 1000],
        ],
      ],
      ['polygon', [[99, 1000]]],
    ]);
  });

  it('is one setting of a plan that is written out, however it was told', async () => {
    const line = ['AAPL', '--days', '5', '--provider', 'polygon', '--now', NOW, '--store', 's'];
    const out = await backfill(...line, '--tier', 'polygon=starter', '--plan-out', 'night.plan');
    expect([out.code, out.stderr.replaceAll(/\s+/g, ' ')]).toEqual([
      0,
      expect.stringContaining('--provider polygon --tier polygon=starter --plan night.plan'),
    ]);
    const again = (tier: string): Promise<Finished> =>
      backfill(
        '--plan',
        'night.plan',
        '--provider',
        'polygon',
        '--tier',
        tier,
        '--store',
        's',
        '--dry-run',
        '--now',
        NOW,
      );
    expect((await again('starter')).code).toBe(0);
    expect((await again('polygon=starter')).code).toBe(0);
    expect((await again('polygon=developer')).code).toBe(2);
  });
});
