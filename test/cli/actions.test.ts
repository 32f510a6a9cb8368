import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDay } from '../../src/core/session/day.ts';
import { openStore } from '../../src/store/open.ts';
import { type Finished, run } from './one-process.ts';
import { coverage, days, NOON, update, WEEK } from '../store/fixtures.ts';
import { tellActions } from '../store/told-actions.ts';

let folder = '';
const NOW = ['--now', '2026-03-02T12:00:00Z'];
const actions = (...args: string[]): Promise<Finished> =>
  run('backfill', ['actions', ...args, ...NOW], folder);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-actions-'));
  const store = openStore(join(folder, 'data'));
  const split = { kind: 'split', exDay: parseDay('2020-08-31'), ratio: 4 } as const;
  const dividend = { kind: 'dividend', exDay: parseDay('2020-11-06'), amount: 0.205 } as const;
  await tellActions(store, 'AAPL', [split, dividend], days('2020-01-02', '2021-01-01'), 'yahoo', NOON);
});
afterAll(() => rm(folder, { recursive: true }));

describe('backfill actions', () => {
  it('takes any day of a ticker whose exchange has no calendar of ours, and another split near by', async () => {
    const store = openStore(join(folder, 'guessed'));
    for (const ticker of ['NOBODY.XX', 'AAPL'])
      await tellActions(store, ticker, [], days('2020-01-02', '2021-01-01'), 'yahoo', NOON);
    const add = (ticker: string, entry: string): Promise<Finished> =>
      actions(ticker, '--add', entry, '--store', './guessed');
    expect(await add('NOBODY.XX', '2020-08-29,split,4:1')).toMatchObject({ code: 0 });
    expect(await add('AAPL', '2020-08-31,split,4:1')).toMatchObject({ code: 0 });
    expect(await add('AAPL', '2020-09-04,split,2:1')).toMatchObject({ code: 0 });
  });

  it.each([
    ['AAPL --add 2020-08-31', 'write it as 2020-08-31,split,4:1 or 2020-11-06,dividend,0.205'],
    ['AAPL --add 2020-08-31,split', 'write it as 2020-08-31,split,4:1'],
    ['AAPL --add 2020-08-31,split,4:1,x', 'write it as 2020-08-31,split,4:1'],
    ['AAPL --add 2020-08-31,merger,4', 'write it as 2020-08-31,split,4:1'],
    ['AAPL --add 2020-02-30,split,4', '--add 2020-02-30,split,4: "2020-02-30" is not a date'],
    ['AAPL --add 2020-08-31,split,1:0', '--add 2020-08-31,split,1:0: write it as 2020-08-31,split,4:1'],
    ['AAPL --add 2020-08-31,split,inf', 'write it as 2020-08-31,split,4:1'],
    ['AAPL --add 2020-08-31,dividend,nan', 'write it as 2020-08-31,split,4:1'],
    ['AAPL --add 2020-08-31,split,0:1', 'a split of 0 new shares for one is none'],
    [
      'AAPL --add 2020-08-29,split,4:1',
      '2020-08-29 is no session of AAPL (XNYS), so nothing goes ex on it; the nearest are 2020-08-28 and 2020-08-31',
    ],
    ['AAPL --add 2020-09-07,dividend,0.2', 'the nearest are 2020-09-04 and 2020-09-08'],
    [
      'AAPL --add 2020-09-04,split,4:1',
      'the split 4:1 of AAPL is in force on 2020-08-31 already, and no share splits twice alike within ten days; to ' +
        'correct its date, add --withdraw 2020-08-31,split',
    ],
    ['AAPL --add 2020-08-31,dividend,-1', 'a dividend of -1 a share is none'],
    ['AAPL --withdraw 2020-08-31', 'write it as 2020-08-31,split or 2020-11-06,dividend'],
    ['AAPL --withdraw 2020-8-31,split', '"2020-8-31" is not a date'],
    [
      'AAPL --withdraw 2020-08-31,dividend',
      'no dividend of AAPL with ex-date 2020-08-31 is in force, only a split;',
    ],
    ['AAPL --withdraw 2020-09-01,split', 'backfill actions AAPL --all lists what is known'],
    ['AAPX --add 2020-08-31,split,4:1', 'nothing is stored of AAPX'],
    ['?', '"?"'],
  ])('%s: one line, exit 2', async (line, message) => {
    const { code, stdout, stderr } = await actions(...line.split(' '));
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('lists what is in force, with source and since when', async () => {
    const { code, stdout, stderr } = await actions('aapl');
    expect(stdout).toBe(
      [
        'EX-DATE    KIND     VALUE SOURCE SINCE      STATE',
        '2020-08-31 split      4:1 yahoo  2026-03-02',
        '2020-11-06 dividend 0.205 yahoo  2026-03-02',
        '',
      ].join('\n'),
    );
    expect([code, stderr]).toEqual([0, '']);
    expect((await actions('MSFT')).stdout).toBe('No split or dividend of MSFT is in force.\n');
  });

  it('withdraws and adds by hand, and keeps what was', async () => {
    const { code, stdout, stderr } = await actions(
      ...['AAPL', '--withdraw', '2020-08-31,split', '--add', '2020-09-01,split,4:1'],
    );
    expect(stdout).toContain('2020-08-31 split      4:1 yahoo  2026-03-02 withdrawn 2026-03-02 by manual');
    expect(stdout).toContain('2020-09-01 split      4:1 manual 2026-03-02');
    expect(stderr).toMatch(/^Bars that were turned back with it are fetched again/);
    expect(code).toBe(0);
    const later = await actions('AAPL');
    expect(later.stdout).not.toContain('2020-08-31');
    expect(later.stdout).toContain('1 in force no more: --all lists what was.');
    expect((await actions('AAPL', '--all')).stdout).toBe(stdout);
  });

  it('says at once that stored prices do not show what is added, and adds it', async () => {
    const store = openStore(join(folder, 'shown'));
    const learned = coverage({ present: [days('2026-02-23', '2026-02-28')] });
    await store.upsert(update(WEEK, { learned }));
    const { code, stdout, stderr } = await actions(
      ...['aapl', '--add', '2026-02-25,split,7:1', '--store', './shown'],
    );
    expect(stderr).toMatch(
      /^AAPL 1d cannot be adjusted: its bars around 2026-02-25 do not show the split 7:1 /,
    );
    expect(stderr).toContain(' backfill --store ./shown actions AAPL --withdraw 2026-02-25,split');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect([code, stdout]).toEqual([0, expect.stringContaining('2026-02-25 split   7:1 manual 2026-03-02')]);
    const smaller = await actions(
      ...['AAPL', '--withdraw', '2026-02-25,split', '--add', '2026-02-26,split,5:4', '--store', './shown'],
    );
    expect([smaller.code, smaller.stderr]).toEqual([0, expect.not.stringContaining('cannot be adjusted')]);
  });

  it('prints all that is known as JSON', async () => {
    const { stdout } = await actions('AAPL', '--json');
    expect(JSON.parse(stdout)).toEqual({
      ticker: 'AAPL',
      actions: [
        expect.objectContaining({ date: '2020-09-01', kind: 'split', value: 4, source: 'manual' }),
        {
          ...{ date: '2020-11-06', kind: 'dividend', value: 0.205, currency: null, source: 'yahoo' },
          ...{ since: new Date(NOON).toISOString(), leftOutOn: [] },
        },
      ],
      past: [expect.objectContaining({ date: '2020-08-31', how: 'withdrawn', by: 'manual' })],
      answered: [{ from: '2020-01-02', to: '2020-12-31' }],
    });
  });

  it('waits for no writer: a store in use is said', async () => {
    const writer = await openStore(join(folder, 'data')).acquire();
    const { code, stderr } = await actions('AAPL', '--add', '2020-09-02,split,2');
    await writer.release();
    expect(code).toBe(2);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect((await actions('AAPL')).code).toBe(0);
  });
});
