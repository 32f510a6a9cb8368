import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunSummary } from '../../src/index.ts';
import { run as runAlone, start } from '../acceptance/programs.ts';
import { type Told, undeclaredIn } from '../monitor/log/told-events.ts';
import { run, runWith } from './one-process.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-events-'));
});
afterEach(() => rm(folder, { recursive: true }));

const SAMPLE = ['--provider', 'sample', '--now', '2026-03-02T23:00:00Z', '--days', '5'];

interface Line extends Told {
  readonly level: string;
  readonly time: string;
  readonly pid: number;
}

const eventsIn = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

const eventsOf = async (name = 'run.log'): Promise<Line[]> =>
  eventsIn(await readFile(join(folder, name), 'utf8'));

const namesOf = (events: readonly Line[]): string[] =>
  events.map(({ event }) => event.replace('backfill.', ''));

const undeclared = (events: readonly Line[]): string[] =>
  events.flatMap(({ level: _l, time: _t, pid: _p, ...event }) => undeclaredIn(event));

describe('--log-file', () => {
  it('has the events of each run, by their ids on record, and changes nothing that is said', async () => {
    const logged = [...SAMPLE, 'ALFA', 'BRIQ', 'ZZZZ', '--log-file', 'run.log'];
    const first = await run('backfill', logged, folder);
    const plain = await run('backfill', [...SAMPLE, 'ALFA', 'BRIQ', 'ZZZZ', '--store', 'plain'], folder);
    expect(first.code).toBe(1);
    expect(first.stderr.replaceAll(/\d+s/g, '')).toBe(plain.stderr.replaceAll(/\d+s/g, ''));
    const events = await eventsOf();
    expect(namesOf(events).toSorted()).toEqual(
      [
        ...['fetching', 'finished', 'planned', 'started', 'symbol_error'],
        ...['ticker_done', 'ticker_done', 'ticker_done'],
      ].toSorted(),
    );
    expect(namesOf(events).slice(0, 3)).toEqual(['started', 'planned', 'fetching']);
    expect(undeclared(events)).toEqual([]);
    expect(events.find(({ event }) => event === 'backfill.symbol_error')).toMatchObject({
      ...{ level: 'warn', provider: 'sample', symbol: 'ZZZZ', interval: '1d', code: 'unknown-ticker' },
      error: 'sample has no ticker ZZZZ',
    });
    await run('backfill', [...logged, '--no-gaps'], folder);
    const all = await eventsOf();
    const ids = new Set(all.map((event) => event.run));
    const { stdout } = await run('backfill', ['runs', '--json'], folder);
    const { runs } = JSON.parse(stdout) as { runs: { id: string }[] };
    expect(ids).toEqual(new Set(runs.map(({ id }) => id)));
    expect(ids.size).toBe(2);
    expect(all.slice(0, events.length)).toEqual(events);
  });

  it('- is stdout: a script reads a line each, with --json the summary last', async () => {
    const { code, stdout } = await run(
      'backfill',
      [...SAMPLE, 'ALFA', 'BRIQ', '--log-file', '-', '--json'],
      folder,
    );
    const lines = stdout.trimEnd().split('\n');
    const summary = JSON.parse(lines.pop() ?? '') as RunSummary;
    const events = eventsIn(lines.join('\n'));
    expect(undeclared(events)).toEqual([]);
    expect(namesOf(events)).toEqual([
      ...['started', 'planned', 'fetching', 'ticker_done', 'ticker_done', 'finished'],
    ]);
    expect(events.at(-1)).toMatchObject({ run: summary.runId, bars: summary.bars, fetched: 2 });
    expect(code).toBe(0);
  });

  it('tells each batch, and when it is done', async () => {
    const batches = ['--batch-size', '1', '--log-file', 'run.log', '--log-level', 'info'];
    await run('backfill', [...SAMPLE, 'ALFA', 'BRIQ', ...batches], folder);
    const done = (await eventsOf()).filter(({ event }) => event === 'backfill.batch_done');
    expect(done).toMatchObject([
      { batch: 1, batches: 2, first: 1, last: 1, total: 2, fetched: 1, bars: 5 },
      { batch: 2, batches: 2, first: 2, last: 2, total: 2, fetched: 1, bars: 5 },
    ]);
  });

  it('has the events of a verification too, on stdout with --json only', async () => {
    const sample = SAMPLE.slice(0, 4);
    await run('backfill', [...SAMPLE, 'ALFA'], folder);
    const verify = ['verify', 'ALFA', ...sample, '--sample', '100%'];
    expect((await run('backfill', [...verify, '--log-file', 'run.log'], folder)).code).toBe(0);
    const events = await eventsOf();
    expect(namesOf(events)).toEqual(['started', 'planned', 'fetching', 'ticker_done', 'finished']);
    expect(undeclared(events)).toEqual([]);
    const mixed = await run('backfill', [...verify, '--log-file', '-'], folder);
    expect([mixed.code, mixed.stdout]).toEqual([2, '']);
    expect(mixed.stderr).toContain('--log-file - is stdout, where the table goes; add --json');
    const { stdout } = await run('backfill', [...verify, '--log-file', '-', '--json'], folder);
    expect(eventsIn(stdout)).toHaveLength(6);
  });

  it('tells a run that could not begin, also where a level leaves out the rest', async () => {
    const lists = ['--log-file', 'run.log', '--log-level', 'error'];
    const { code } = await run('backfill', [...SAMPLE, '@no-list.txt', ...lists], folder);
    expect(code).toBe(2);
    await run('backfill', [...SAMPLE, 'ALFA', ...lists], folder);
    expect(await eventsOf()).toMatchObject([
      {
        level: 'error',
        event: 'backfill.failed',
        code: 'usage',
        error: expect.stringContaining('no-list.txt') as string,
      },
    ]);
  });

  it('that cannot be written is one line, before anything is asked', async () => {
    const { code, stderr } = await run('backfill', [...SAMPLE, 'ALFA', '--log-file', 'no/run.log'], folder);
    expect(stderr).toBe('backfill: no/run.log cannot be written: there is no such folder; make it first\n');
    expect(code).toBe(2);
    await expect(readFile(join(folder, 'data/.lock'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('on a full disk costs its lines only, which is said once, and how many at the end', async () => {
    const { code, stderr } = await run('backfill', [...SAMPLE, 'ALFA', '--log-file', '/dev/full'], folder);
    const said = stderr.split('\n').filter((line) => line.startsWith('warning:'));
    expect(said).toEqual([
      'warning: /dev/full cannot be written: the disk is full; the run goes on without its events',
      'warning: 5 events could not be added to /dev/full',
    ]);
    expect(stderr).toContain('Fetched: 1  Errors: 0');
    expect(code).toBe(0);
  });

  it('has all that had happened when the process is killed, each line whole', async () => {
    const many = ['--provider', 'sample', '--days', '2500', '--tickers', 'all', '--workers', '1'];
    const child = start('backfill', [...many, '--log-file', '-', '--log-level', 'debug'], folder);
    let text = '';
    child.stdout?.on('data', (part: Buffer) => {
      text += part.toString();
      if (text.includes('"backfill.ticker_done"')) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const events = namesOf(eventsIn(text));
    expect(events.slice(0, 3)).toEqual(['started', 'planned', 'fetching']);
    expect(events).not.toContain('finished');
    // The same of a file, which nobody reads meanwhile.
    const other = start('backfill', [...many, '--store', 'other', '--log-file', 'run.log'], folder);
    await expect
      .poll(() => readFile(join(folder, 'run.log'), 'utf8').catch(() => ''), { interval: 5 })
      .toContain('"backfill.ticker_done"');
    other.kill('SIGKILL');
    await once(other, 'close');
    const inFile = namesOf(await eventsOf());
    expect(inFile).toContain('ticker_done');
    expect(inFile).not.toContain('finished');
  });
});

describe('events on stderr', () => {
  it('are told between the other lines where a level or a format is given', async () => {
    const { stderr } = await run('backfill', [...SAMPLE, 'ALFA', '--log-level', 'info'], folder);
    const events = eventsIn(
      stderr
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .join('\n'),
    );
    expect(namesOf(events)).toEqual(['started', 'planned', 'fetching', 'ticker_done', 'finished']);
    expect(stderr).toContain('Backfill complete');
    const pretty = await run('backfill', [...SAMPLE, 'BRIQ', '--log-format', 'pretty'], folder);
    expect(pretty.stderr).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} info {2}ticker_done run=\S+ provider=sample ticker=BRIQ /m,
    );
    const set = await runWith({ BACKFILL_LOG_LEVEL: 'warn' }, [...SAMPLE, 'ZZZZ'], folder);
    const line = set.stderr.split('\n').find((one) => one.startsWith('{'));
    expect(JSON.parse(line ?? '')).toMatchObject({ event: 'backfill.symbol_error', symbol: 'ZZZZ' });
  });

  it('are none by default, and none of what is only planned', async () => {
    const { stderr } = await runAlone('backfill', [...SAMPLE, 'ALFA'], folder);
    expect(stderr).not.toContain('{');
    const set = await runWith({ BACKFILL_LOG_FILE: 'run.log' }, [...SAMPLE, 'BRIQ', '--dry-run'], folder);
    expect(set.code).toBe(0);
    await expect(eventsOf()).rejects.toMatchObject({ code: 'ENOENT' });
    for (const option of ['--log-file=x', '--log-level=info', '--log-format=json'])
      for (const plans of [['--dry-run'], ['--plan-out', 'night.plan']]) {
        const refused = await run('backfill', [...SAMPLE, 'BRIQ', ...plans, option], folder);
        expect(refused.stderr).toMatch(/^backfill: --log-\w+ \w+ has no effect with --(dry-run|plan-out)/);
        expect(refused.code).toBe(2);
      }
  });
});
