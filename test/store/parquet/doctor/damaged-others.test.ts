import { truncate, writeFile } from 'node:fs/promises';
import { encodeActions } from '../../../../src/store/parquet/codec/encode.ts';
import { actionsPath, barsPath, revisionsPath } from '../../../../src/store/parquet/files/layout.ts';
import { AAPL, NOON, stage } from '../../fixtures.ts';
import { beginSound, SPLIT, flipBound, put, type Case, at, describeDamages, store } from './damaged-store.ts';

beginSound();

const ANSWER = { interval: '1d', session: SPLIT.exDay, source: 'sample-1', fetchedAt: NOON } as const;
const ANSWER_FILE = `staging/1d_2025-07-01_sample-1_${NOON}.slice`;

const CASES: readonly Case[] = [
  {
    name: 'an answer for a whole market that is cut',
    kind: 'damaged-answer',
    path: ANSWER_FILE,
    damage: async () => {
      await stage(store.staging, ANSWER, NOON);
      await truncate(at(ANSWER_FILE), 15);
    },
    what: /^it does not end as an answer for a market does$/,
  },
  {
    name: 'splits with another bound in their footer',
    kind: 'wrong-bounds',
    path: actionsPath('AAPL'),
    damage: () => flipBound(actionsPath('AAPL'), NOON),
    what: /^its footer says other bounds of the column fetched_at$/,
  },
  {
    name: 'actions that are cut',
    kind: 'damaged-actions',
    path: actionsPath('AAPL'),
    damage: () => truncate(at(actionsPath('AAPL')), 40),
    what: /./,
  },
  {
    name: 'actions that do not say for which days they speak',
    kind: 'damaged-actions',
    path: actionsPath('AAPL'),
    damage: () =>
      writeFile(
        at(actionsPath('AAPL')),
        encodeActions([{ action: SPLIT, source: 'x', fetchedAt: NOON }], '{}'),
      ),
    what: /for which days/,
  },
  {
    name: 'a split of zero',
    kind: 'damaged-actions',
    path: actionsPath('AAPL'),
    damage: () => {
      const entry = JSON.stringify({ version: 1, ticker: 'AAPL', covered: [], rows: 1 });
      const rows = [{ action: { ...SPLIT, ratio: 0 }, source: 'x', fetchedAt: NOON }];
      return writeFile(at(actionsPath('AAPL')), encodeActions(rows, entry));
    },
    what: /a split of 0/,
  },
  ...(
    [
      ['out of order', [SPLIT, { ...SPLIT, exDay: SPLIT.exDay - 9 }], /not ascending/],
      ['twice a day', [SPLIT, { ...SPLIT, ratio: 2 }], /two splits of one day/],
    ] as const
  ).map(([name, actions, what]): Case => ({
    name: `splits ${name}`,
    kind: 'damaged-actions',
    path: actionsPath('AAPL'),
    damage: () => {
      const entry = JSON.stringify({ version: 1, ticker: 'AAPL', covered: [], rows: 2 });
      const rows = actions.map((action) => ({ action, source: 'x', fetchedAt: NOON }));
      return writeFile(at(actionsPath('AAPL')), encodeActions(rows, entry));
    },
    what,
  })),
  {
    name: 'revisions that are none',
    kind: 'damaged-revisions',
    path: revisionsPath({ series: AAPL, period: 'all' }),
    damage: () => put(revisionsPath({ series: AAPL, period: 'all' }), 'x'),
    what: /./,
  },
  {
    name: 'a run that is no JSON',
    kind: 'damaged-json',
    path: 'runs/20260101T000000Z-00ff.json',
    damage: () => put('runs/20260101T000000Z-00ff.json', '{"a":'),
    what: /no JSON/,
  },
  {
    name: 'a universe that is none',
    kind: 'damaged-json',
    path: 'universes/mine.json',
    damage: () => put('universes/mine.json', '[1]'),
    what: /entry 1: 1 is not a ticker/,
  },
  {
    name: 'renames that are none',
    kind: 'damaged-json',
    path: 'renames.json',
    damage: () => put('renames.json', '{}'),
    what: /no list of renames/,
  },
  {
    name: 'a strange file',
    kind: 'foreign-file',
    path: 'bars/interval=1d/ticker=AAPL/period=all/bars.parquet.bak',
    damage: () => put('bars/interval=1d/ticker=AAPL/period=all/bars.parquet.bak', 'x'),
    what: /./,
  },
  {
    name: 'a strange folder',
    kind: 'foreign-folder',
    path: 'bars/interval=2d',
    damage: () => put('bars/interval=2d/ticker=X/period=all/bars.parquet', 'x'),
    what: /./,
  },
  {
    name: 'a period that the interval has not',
    kind: 'foreign-folder',
    path: 'bars/interval=5m/ticker=AAPL/period=2025-06',
    damage: () => put('bars/interval=5m/ticker=AAPL/period=2025-06/bars.parquet', 'x'),
    what: /./,
  },
  {
    name: 'a folder in the place of a partition',
    kind: 'foreign-folder',
    path: barsPath({ series: { ticker: 'DIR', interval: '1d' }, period: 'all' }),
    damage: () => put(`${barsPath({ series: { ticker: 'DIR', interval: '1d' }, period: 'all' })}/x`, 'x'),
    what: /./,
  },
];

describeDamages(CASES);
