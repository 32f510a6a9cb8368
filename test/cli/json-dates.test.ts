import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Finished } from '../acceptance/programs.ts';
import { run } from './one-process.ts';

let folder = '';
const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);
const SOURCE = ['--provider', 'csv', '--provider-url', 'csv=files'];
const FILES = [...SOURCE, '--basis', 'raw'];
const RANGE = ['--start', '2024-03-01', '--end', '2024-03-07'];

const DAYS = ['2024-03-01', '2024-03-04', '2024-03-05', '2024-03-06', '2024-03-07'];

let summary: unknown;

/** A store with a run that failed in part, a rename, and something forgotten. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-json-dates-'));
  await mkdir(join(folder, 'files'));
  const rows = (days: readonly string[]): string =>
    ['date,open,high,low,close,volume', ...days.map((day) => `${day},1,9,1,${day.at(-1)},100`)].join('\n');
  await writeFile(join(folder, 'files', 'GOOD.csv'), rows(DAYS));
  // Most of it cannot be stored.
  await writeFile(join(folder, 'files', 'POOR.csv'), rows(DAYS).replaceAll(',9,', ',0,'));
  summary = JSON.parse((await backfill('GOOD,POOR', ...FILES, ...RANGE, '--json', '--quiet')).stdout);
  await backfill('rename', 'GOOD', 'BEST', '--on', '2024-03-06');
  await backfill('forget', 'BEST', '--start', '2024-03-04', '--end', '2024-03-05');
});
afterAll(() => rm(folder, { recursive: true }));

const DOCUMENTS = [
  ['status', ...SOURCE],
  ['status', 'GOOD,BEST,POOR'],
  ['runs'],
  ['runs', 'show', 'last'],
  ['runs', 'compare', 'last', 'last'],
  ['restore'],
  ['doctor'],
  ['providers'],
  ['config'],
  ['actions', 'GOOD'],
  ['inspect', 'files', '--basis', 'raw'],
  ['discover', 'all', '--provider', 'sample', '--limit', '3'],
  ['GOOD,POOR', ...FILES, ...RANGE, '--dry-run'],
] as const;

/** Numbers that are an instant in ms or, as a bound of days, one in days, by their place in a document. */
function undated(value: unknown, place = ''): string[] {
  if (typeof value === 'number') {
    const isInstant = Math.abs(value) > 1e12 && Math.abs(value) < 1e14;
    return isInstant || /\.(from|to|start|end|since|until|day|exDay)$/.test(place) ? [place] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => undated(field, `${place}.${name}`));
}

it.each(DOCUMENTS.map((line) => [line.join(' '), line] as const))(
  '%s --json has no date that is a number',
  async (_, line) => {
    const { stdout } = await backfill(...line, '--json');
    expect(undated(JSON.parse(stdout))).toEqual([]);
  },
);

it('check-data --json has none either', async () => {
  for (const more of [[], ['--issues'], ['--revisions']]) {
    const { stdout } = await run('check-data', ['--json', ...more], folder);
    expect(undated(JSON.parse(stdout))).toEqual([]);
  }
});

it('all say the same of a run and of what it left, the last day within', async () => {
  expect(undated(summary)).toEqual([]);
  const { startedAt, endedAt } = summary as { startedAt: string; endedAt: string };
  const { last, left } = JSON.parse((await backfill('status', ...SOURCE, '--json')).stdout) as {
    last: object;
    left: { series: { ticker: string; days: object[] }[]; last: object };
  };
  expect(last).toMatchObject({ startedAt, endedAt });
  expect(left.last).toMatchObject({ endedAt });
  const { summary: shown } = JSON.parse((await backfill('runs', 'show', 'last', '--json')).stdout) as {
    summary: { startedAt: string; endedAt: string; left: { why: string; from: string; to: string }[] };
  };
  expect([shown.startedAt, shown.endedAt]).toEqual([startedAt, endedAt]);
  const failed = shown.left.find(({ why }) => why === 'failed');
  expect(failed).toMatchObject({ from: '2024-03-01', to: '2024-03-07' });
  const POOR = { ticker: 'POOR', days: [{ from: '2024-03-01', to: '2024-03-07' }] };
  expect(left.series.filter(({ ticker }) => ticker === 'POOR')).toMatchObject([POOR]);
  const [entry] = JSON.parse((await backfill('restore', '--json')).stdout) as object[];
  expect(entry).toMatchObject({
    series: [{ days: { from: '2024-03-04', to: '2024-03-05' } }],
    movedFrom: [{ rename: { from: 'GOOD', to: 'BEST', start: null, end: '2024-03-05' } }],
  });
});

it('a command that is carried out after a run reads the same', async () => {
  const told = ['--on-done', 'cat > told.json', '--json', '--quiet'];
  const { stdout } = await backfill('GOOD', ...FILES, ...RANGE, ...told);
  expect(JSON.parse(await readFile(join(folder, 'told.json'), 'utf8'))).toEqual(JSON.parse(stdout));
});
