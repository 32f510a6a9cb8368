import { afterEach, beforeEach, expect, it } from 'vitest';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { beside, stopBeside } from '../simulator/beside.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await stopBeside();
  await stopAll();
  await folder.remove();
});

const XNYS = calendarById('XNYS');

/** A table with a row without a volume on each holiday of the exchange that it spans. */
function overHolidays(table: string): string {
  const [heading = '', ...lines] = table.trim().split(/\r?\n/);
  const stamps = lines.map((line) => parseDay(line.slice(0, 10)));
  const [first, last] = [Math.min(...stamps), Math.max(...stamps)];
  const days = Array.from({ length: last - first }, (_, i) => first + i);
  const cells = (lines[0] ?? '').split(',');
  const volumeAt = heading.split(',').indexOf('volume');
  const unsold = cells.map((cell, i) => (i === volumeAt ? '0' : cell)).slice(1);
  const added = days
    .filter((day) => !XNYS.isSession(day) && !XNYS.isIdleWeekday(day))
    .map((day) => [formatDay(day), ...unsold].join(','));
  const rows = [...lines, ...added].toSorted((a, b) => (a < b ? 1 : -1));
  return [heading, ...rows, ''].join('\r\n');
}

it('a first table that goes on over holidays is stored of no ticker, by name, and each is asked for once', async () => {
  const simulator = await start({ wire: 'alphavantage' });
  const server = await beside(simulator.url, (path, answer) => {
    const isForeign = path.includes('TIME_SERIES_DAILY') && path.includes('symbol=ALFA');
    return isForeign ? { ...answer, body: Buffer.from(overHolidays(answer.body.toString())) } : answer;
  });
  const history = openHistory({
    ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => NOW },
    ...{ quotas: [], workers: 1, secrets: { key: 'TESTPREMIUM' } },
    provider: { id: 'alphavantage', url: server.url, settings: { tier: '75' } },
  });
  try {
    const ran = await history.backfill({ tickers: ['ALFA', 'BRIQ'], days: 252 });
    expect(ran.failures).toMatchObject([{ ticker: 'ALFA', code: 'bad-answer' }]);
    expect(ran.failures[0]?.message).toContain('holidays of XNYS');
    await expect(history.read({ ticker: 'ALFA', interval: '1d' })).rejects.toMatchObject({
      code: 'not-stored',
    });
    expect((await history.read({ ticker: 'BRIQ', interval: '1d' })).length).toBeGreaterThan(200);
    expect(server.asked.filter((path) => path.includes('symbol=ALFA'))).toHaveLength(1);
  } finally {
    await history.close();
  }
});
