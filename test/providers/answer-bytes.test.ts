import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnswerBytes } from '../../src/core/plan/answer-bytes.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { ProviderConfig, Secrets } from '../../src/providers/provider.ts';
import { capabilitiesOf } from '../../src/providers/registry.ts';
import { ALPACA_KEYS } from '../../src/simulator/alpaca/index.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import type { WireName } from '../../src/simulator/wire-names.ts';
import { REAL_DATA, describeWith, sampled } from '../needs.ts';
import { realData } from '../realdata.ts';
import { NOW, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { CHARTS } from '../yahoo-recordings.ts';
import { countedBytes } from './counted-bytes.ts';

// How large answers are, as it is declared, against recorded ones, and what a plan says of it against what comes.

/** How far off an estimate may be, as a part. */
const OFF = 0.3;

function expectAbout(estimated: number, real: number): void {
  expect(Math.abs(estimated / real - 1), `${estimated} for ${real} bytes`).toBeLessThan(OFF);
}

const sizesOf = (config: ProviderConfig, interval: Interval = '1d') =>
  capabilitiesOf(config).intervals[interval];

/** A recorded answer without the spaces that some have. */
function recorded(path: string): { readonly size: number; readonly body: Record<string, unknown> } {
  const body = JSON.parse(readFileSync(realData(`http/${path}`), 'utf8')) as Record<string, unknown>;
  return { size: JSON.stringify(body).length, body };
}

describeWith(REAL_DATA)('the declared size of recorded answers', () => {
  const about = ({ aRequest, aRow }: AnswerBytes, rows: number): number => aRequest + rows * aRow;

  it('of Yahoo is right for one day and for thirteen years', () => {
    const charts = CHARTS.filter(({ response: { bodyJson } }) => bodyJson.chart.result[0].timestamp);
    expect(charts.length).toBeGreaterThan(10);
    for (const { response } of charts) {
      const [{ timestamp = [], meta }] = response.bodyJson.chart.result;
      if (meta.dataGranularity !== '1d') continue;
      const declared = sizesOf({ id: 'yahoo' })?.bytes as AnswerBytes;
      expectAbout(about(declared, timestamp.length), JSON.stringify(response.bodyJson).length);
    }
  });

  it.each(['bars_7ab4c97ff9_200', 'bars_ade8acaac0_200', 'bars_803efb1286_200'])('of Alpaca, %s', (name) => {
    const { size, body } = recorded(`alpaca/${name}.response.json`);
    const rows = Object.values(body['bars'] as Record<string, unknown[]>).flat().length;
    expectAbout(about(sizesOf({ id: 'alpaca' })?.bytes as AnswerBytes, rows), size);
  });

  it('of Polygon, of a ticker, of a market and of dividends', () => {
    const declared = sizesOf({ id: 'polygon', settings: { tier: 'advanced' } });
    for (const name of ['aggs-AAPL-day-2019-01', 'aggs-AAPL-day-2020-08-raw-vw']) {
      const { size, body } = recorded(`polygon/recorded/${name}.json`);
      expectAbout(about(declared?.bytes as AnswerBytes, (body['results'] as unknown[]).length), size);
    }
    const { aSession = 0, aPageOfActions = 0 } = declared?.market?.bytes ?? {};
    // Of some 11,000 shares and funds.
    expectAbout(
      (aSession / 11_000) * 300,
      recorded('polygon/recorded/grouped-2019-02-01.first300.json').size,
    );
    expectAbout(aPageOfActions / 100, recorded('polygon/v3/reference/dividends.json').size);
  });
});

interface Asked {
  readonly id: WireName;
  readonly interval: Interval;
  readonly days: number;
  readonly settings?: ProviderConfig['settings'];
  readonly secrets?: Secrets;
}

const POLYGON = {
  id: 'polygon',
  settings: { tier: 'advanced' },
  secrets: { key: POLYGON_KEYS.advanced },
} as const;
const ALPHAVANTAGE = {
  id: 'alphavantage',
  settings: { tier: '75' },
  secrets: { key: 'TESTPREMIUM' },
} as const;
const ALPACA = { id: 'alpaca', secrets: ALPACA_KEYS } as const;

describe('the bytes of a plan', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    await stopAll();
    await folder.remove();
  });

  it.each(
    sampled<Asked>(
      [
        { id: 'yahoo', interval: '1d', days: 250 },
        { id: 'yahoo', interval: '1h', days: 40 },
        { id: 'yahoo', interval: '5m', days: 15 },
        { id: 'yahoo', interval: '1m', days: 5 },
        { ...ALPACA, interval: '1d', days: 250 },
        { ...ALPACA, interval: '5m', days: 1 },
        { ...ALPACA, interval: '5m', days: 10 },
        { ...ALPACA, interval: '1h', days: 30 },
        { ...ALPHAVANTAGE, interval: '1d', days: 60 },
        { ...ALPHAVANTAGE, interval: '5m', days: 15 },
        { ...ALPHAVANTAGE, interval: '1m', days: 1 },
        { ...POLYGON, interval: '1d', days: 250 },
        { ...POLYGON, interval: '1h', days: 30 },
        { ...POLYGON, interval: '5m', days: 20 },
      ],
      2,
      'answers',
    ),
  )('are about those that $id answers of $days days of $interval', async ({ interval, days, ...asked }) => {
    const counting = await countedBytes({ wire: asked.id, now: () => NOW });
    const { id, settings, secrets } = asked;
    const history = openHistory({
      ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => NOW },
      provider: { id, url: counting.url, ...(settings && { settings }) },
      ...(secrets && { secrets }),
      ...{ quotas: [], workers: 1 },
    });
    const request = { tickers: ['ALFA', 'BRIQ', 'CORV', 'DUNO'], intervals: [interval], days };
    const plan = await history.plan(request);
    await history.backfill(request);
    await history.close();
    await counting.close();
    // A simulated market trades in its sessions alone; of one session bars are asked for without those of other hours.
    const { extended = 1 } = sizesOf({ id, ...(settings && { settings }) }, interval)?.paging ?? {};
    expectAbout((plan.bytes ?? 0) / (days === 1 ? 1 : extended), counting.bytes());
  });

  it('are not told where a source declares none', async () => {
    const history = openHistory({
      store: `${folder.path}/data`,
      provider: { id: 'sample' },
      clock: () => NOW,
    });
    const plan = await history.plan({ tickers: ['ALFA'], days: 5 });
    expect(plan.totals.requests).toBe(1);
    expect(plan).not.toHaveProperty('bytes');
    await history.close();
  });
});
