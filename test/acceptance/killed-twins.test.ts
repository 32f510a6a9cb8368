import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import { run } from '../cli/one-process.ts';
import { type RunningSimulator, start, startSimulate } from './programs.ts';

// A server that mixes answers up, and a run that is killed before it could compare what it stored.

const NOW = '2024-03-16T12:00:00Z';
const SESSIONS = [
  ...calendarById('XNYS').sessions({ from: parseDay('2023-11-01'), to: parseDay('2024-03-14') + 1 }),
];

let folder = '';
const simulators: RunningSimulator[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'killed-twins-'));
});
afterEach(async () => {
  for (const simulator of simulators.splice(0)) await simulator.stop();
  await rm(folder, { recursive: true });
});

/** A server whose tickers have the series that begin with some close. */
async function serve(name: string, firsts: Readonly<Record<string, number>>): Promise<string> {
  const market = join(folder, name);
  await mkdir(market);
  for (const [ticker, first] of Object.entries(firsts)) {
    const rows = SESSIONS.map((day, i) => {
      const close = first + ((i * 7) % 11) / 10;
      return `${formatDay(day)},${close},${close + 1},${close - 1},${close},${first * 1000 + i}`;
    });
    await writeFile(
      join(market, `${ticker}.csv`),
      ['date,open,high,low,close,volume', ...rows, ''].join('\n'),
    );
  }
  const simulator = await startSimulate(folder, ['--from', market, '--latency', '250ms', '--now', NOW]);
  simulators.push(simulator);
  return simulator.url;
}

const store = (): string => join(folder, 'store');
const fillOf = (url: string, tickers: string): string[] => [
  ...[tickers, '--store', store(), '--start', '2023-11-01', '--end', '2024-03-14', '--now', NOW],
  ...['--workers', '1', '--concurrency', '1', '--state', join(folder, 'state')],
  ...['--provider-url', `yahoo=${url}`],
];

async function countFilled(): Promise<number> {
  const files = await readdir(store(), { recursive: true }).catch(() => []);
  return files.filter((file) => file.endsWith('bars.parquet')).length;
}

it('first fills of a killed run are compared by the next one, whatever that one asks for', async () => {
  const mixed = await serve('mixed', { ALFA: 50, BRIQ: 50, CORV: 60, DUNO: 70, ELNA: 80, FERN: 90 });
  const child = start('backfill', fillOf(mixed, 'ALFA,BRIQ,CORV,DUNO,ELNA,FERN'));
  const ended = once(child, 'close');
  while (child.exitCode === null && (await countFilled()) < 3) await sleep(2);
  child.kill('SIGKILL');
  await ended;
  expect(child.signalCode).toBe('SIGKILL');

  const looked = await run('check-data', ['--store', store(), '--end', '2024-03-14', '--now', NOW]);
  expect(looked.stdout).toMatch(
    /^\d series filled for the first time by a run that goes on or was cut short/m,
  );

  const sound = await serve('sound', { ALFA: 50, BRIQ: 55, CORV: 60, DUNO: 70, ELNA: 80, FERN: 90 });
  const other = await run('backfill', fillOf(sound, 'FERN'));
  expect(other.code).toBe(1);
  for (const [ticker, twin] of [
    ['ALFA', 'BRIQ'],
    ['BRIQ', 'ALFA'],
  ])
    expect(other.stderr).toContain(
      `a run that did not end filled ${ticker} with the very same bars as ${twin}: they are not kept; run again for ${ticker}`,
    );
  const report = await run('check-data', ['--store', store(), '--end', '2024-03-14', '--now', NOW]);
  expect(report.stdout).not.toMatch(/^(ALFA|BRIQ) /m);
  expect(report.stdout).toMatch(/^CORV .*100/m);
  expect(report.stdout).not.toContain('filled for the first time');

  const again = await run('backfill', fillOf(sound, 'ALFA,BRIQ,CORV,DUNO,ELNA,FERN'));
  expect([again.code, again.stderr]).toEqual([0, expect.not.stringContaining('the very same bars')]);
  const left = (await readdir(join(store(), 'runs'))).filter((name) => !name.endsWith('.json'));
  expect(left).toEqual([]);
  const query =
    'SELECT DISTINCT ticker, first_value(close) OVER (PARTITION BY ticker ORDER BY ts) AS close FROM bars ORDER BY 1';
  const { stdout } = await run('backfill', ['query', query, '--store', store(), '--format', 'csv']);
  expect(stdout.trim().split('\n').slice(1)).toEqual([
    'ALFA,50',
    'BRIQ,55',
    'CORV,60',
    'DUNO,70',
    'ELNA,80',
    'FERN,90',
  ]);
}, 60_000);
