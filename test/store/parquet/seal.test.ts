import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { encodeActions, encodeRevisions } from '../../../src/store/parquet/codec/encode.ts';
import { actionsPath, barsPath, revisionsPath } from '../../../src/store/parquet/files/layout.ts';
import { AAPL, AAPL_5M, at, coverage, daily, days, NOON, update } from '../fixtures.ts';
import { ownWords, unsealedWords } from './own-words.ts';
import { fileOf, rowsIn, seriesIn } from '../rows.ts';
import { tellActions } from '../told-actions.ts';
import {
  beginSealed,
  BARS,
  FILE,
  LEARNED,
  REBUILT,
  damages,
  path,
  root,
  stateNow,
  store,
} from './sealed-store.ts';

beginSealed();

const YEAR = days('2020-01-02', '2021-01-01');
const SPLIT = { kind: 'split', exDay: 18_505, ratio: 4 } as const;
const EDITED = 'what it says of itself was changed after it was written';

/** Rows of the file as a reader of the store gets them, with nothing known of themselves but what `words` say. */
async function put(words: string, bars: readonly Bar[] = BARS): Promise<void> {
  await writeFile(path(), fileOf(bars, words));
}

/** Changes a part of what the file says of itself, as an editor would. */
async function edit(from: string, to: string, bars?: readonly Bar[]): Promise<void> {
  const words = await ownWords(path());
  expect(words).toContain(from);
  await put(words.replace(from, to), bars);
}

const EDITS: [string, string, string][] = [
  ['a session known as present', '["2026-02-24","2026-02-27"]', '["2026-02-24","2026-02-28"]'],
  ['no session provisional', '"provisional":[["2026-02-26","2026-02-27"]]', '"provisional":[]'],
  ['another reason of an absence', '"no-trades"', '"delisted"'],
  ['a retry put off', '"attempts":1', '"attempts":9'],
  ['another currency', '"USD"', '"EUR"'],
  ['a later fetch', '"fetchedAt":"2026-03-02T12:00:00.000Z"', '"fetchedAt":"2027-03-02T12:00:00.000Z"'],
  ['a space', '"basis":"raw"', '"basis": "raw"'],
  ['a word more', '"basis":"raw"', '"basis":"raw","checked":true'],
  ['an older version', '"version":3', '"version":2'],
];

describe('a file whose knowledge was edited', () => {
  it.each(EDITS)(
    '(%s) is believed no more: its rows tell what is known, and it is said',
    async (_, from, to) => {
      await edit(from, to);
      const [state, distrusted] = await stateNow();
      expect(state).toMatchObject({ coverage: REBUILT, fetchedAt: null, rows: 3 });
      expect(distrusted).toEqual([{ path: FILE, reason: EDITED, ...AAPL }]);
      expect(await rowsIn(store, AAPL)).toEqual(BARS);
      expect((await seriesIn(store, AAPL))?.coverage).toEqual(REBUILT);
      expect(await damages()).toEqual([
        { path: FILE, kind: 'knowledge-edited', what: EDITED, mended: false },
      ]);
    },
  );

  it('is sealed again by the next write, and by the doctor', async () => {
    const answer = update([daily('2026-02-24')], {
      learned: coverage({ present: [days('2026-02-24', '2026-02-25')] }),
    });
    for (const write of [() => store.upsert(answer), () => damages(true)]) {
      await edit('"USD"', '"EUR"', await rowsIn(store, AAPL));
      expect((await stateNow())[1]).toHaveLength(1);
      await write();
      expect((await stateNow())[1]).toEqual([]);
      expect(await damages()).toEqual([]);
    }
  });

  it('without its seal is edited too', async () => {
    const words = await ownWords(path());
    await put(words.replace(/,"seal":"[^"]*"/, ''));
    expect((await stateNow())[1]).toMatchObject([{ reason: EDITED }]);
    await put(words.replace(/"seal":"../, '"seal":"zz'));
    expect((await stateNow())[1]).toMatchObject([{ reason: EDITED }]);
  });

  it('and in which a value was changed too is damaged', async () => {
    await edit('"USD"', '"EUR"', BARS.with(1, daily('2026-02-25', { close: 101.5 })));
    await expect(rowsIn(store, AAPL)).rejects.toThrow('its rows are not those that were written');
    expect(await damages()).toMatchObject([{ kind: 'damaged-rows' }]);
  });

  it('and in which a day has many bars has all its days asked for again', async () => {
    const bars = [at('2026-02-26T14:30Z'), at('2026-02-27T14:30Z')];
    const present = [days('2026-02-26', '2026-02-28')];
    await store.upsert(update(bars, { series: AAPL_5M, learned: coverage({ present }) }));
    const file = join(root, barsPath({ series: AAPL_5M, period: '2026' }));
    const words = await ownWords(file);
    await writeFile(file, fileOf(bars, words.replace('"USD"', '"EUR"')));
    const known = (await store.scan()).series.get('AAPL 5m')?.coverage;
    expect(known).toEqual(coverage({ present, provisional: present }));
  });
});

describe('a file of an older version, without a seal', () => {
  it('is read as it is, and sealed as soon as it is written', async () => {
    await put(JSON.stringify(await unsealedWords(path())));
    expect(await stateNow()).toMatchObject([{ coverage: LEARNED, fetchedAt: NOON }, []]);
    expect(await damages()).toEqual([]);
    await store.upsert(update([daily('2026-02-27')]));
    const words = await ownWords(path());
    expect(words).toMatch(/^\{"version":3,.*,"seal":"[\da-f]{32}"\}$/);
    await edit('"USD"', '"EUR"', await rowsIn(store, AAPL));
    expect((await stateNow())[1]).toHaveLength(1);
  });
});

describe('splits and dividends whose knowledge was edited', () => {
  const file = (): string => join(root, actionsPath('AAPL'));
  beforeEach(() => tellActions(store, 'AAPL', [SPLIT], YEAR, 'manual', NOON));

  it('are kept, prove no ex-date, and are named; the doctor seals them again', async () => {
    const words = await ownWords(file());
    const rows = [{ action: SPLIT, source: 'manual', fetchedAt: NOON }];
    await writeFile(file(), encodeActions(rows, words.replace('2020-01-02', '2010-01-02')));
    const scan = await store.scan();
    expect([scan.actions.get('AAPL'), scan.distrusted]).toEqual([
      [],
      [{ path: actionsPath('AAPL'), reason: EDITED, ticker: 'AAPL', interval: null }],
    ]);
    expect(await store.readActions('AAPL')).toEqual([SPLIT]);
    expect(await damages(true)).toMatchObject([{ kind: 'knowledge-edited', mended: true }]);
    expect(await damages()).toEqual([]);
    expect(await store.readActionBook('AAPL')).toMatchObject({ entries: rows, covered: [] });
  });

  it.each([
    ['an amount', [{ ...SPLIT, ratio: 5 }]],
    ['a row less', []],
    ['a row more', [SPLIT, { ...SPLIT, exDay: SPLIT.exDay + 40 }]],
  ])('are damaged where %s was changed under a whole seal', async (_, actions) => {
    const rows = actions.map((action) => ({ action, source: 'manual', fetchedAt: NOON }));
    await writeFile(file(), encodeActions(rows, await ownWords(file())));
    await expect(store.readActions('AAPL')).rejects.toThrow('its rows are not those that were written');
    expect(await damages()).toMatchObject([{ kind: 'damaged-actions' }]);
  });
});

describe('revisions', () => {
  const file = (): string => join(root, revisionsPath({ series: AAPL, period: 'all' }));
  beforeEach(() => store.upsert(update([daily('2026-02-24', { close: 100.5 })], { learned: LEARNED })));

  it('with edited knowledge are read and named; the doctor seals them again', async () => {
    const revisions = await store.readRevisions(AAPL);
    const words = (await ownWords(file())).replace('}', ',"x":1}');
    await writeFile(file(), encodeRevisions(revisions, words));
    expect(await store.readRevisions(AAPL)).toEqual(revisions);
    expect(await damages(true)).toMatchObject([{ kind: 'knowledge-edited', mended: true }]);
    expect(await damages()).toEqual([]);
    expect(await store.readRevisions(AAPL)).toEqual(revisions);
  });

  it('of which one was cut out under a whole seal are damaged', async () => {
    await writeFile(file(), encodeRevisions([], await ownWords(file())));
    await expect(store.readRevisions(AAPL)).rejects.toThrow('its rows are not those that were written');
  });
});
