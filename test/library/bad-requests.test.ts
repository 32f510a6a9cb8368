import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadProvider } from '../../src/providers/module/load-module.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { openStore } from '../../src/store/open.ts';
import { WEEK, update } from '../store/fixtures.ts';

let root = '';
let history: ReturnType<typeof openHistory>;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'backfill-requests-'));
  await openStore(root).upsert(update(WEEK));
  history = openHistory({ store: root, provider: { id: 'sample' }, stateFolder: root });
});
afterAll(() => rm(root, { recursive: true }));

/** What a caller without types may give. */
const any = (value: unknown): never => value as never;

const BAD: readonly (readonly [object, string, string])[] = [
  [{ tickers: [] }, 'usage', 'tickers []: names no ticker'],
  [{ tickers: '' }, 'usage', 'tickers "": names no ticker'],
  [{ tickers: ['AAPL', ' '] }, 'usage', 'tickers ["AAPL"," "]: names no ticker'],
  [{ tickers: [undefined] }, 'usage', 'tickers [null]: must be a text'],
  [{ tickers: null }, 'usage', 'tickers null: must be a text'],
  [{ tickers: 5 }, 'usage', 'tickers 5: must be a text'],
  [{ tickers: { AAPL: 1 } }, 'usage', 'tickers an object: must be a text'],
  [{ intervals: [] }, 'usage', 'intervals []: is empty; there are 1m'],
  [{ intervals: '1d' }, 'usage', 'intervals "1d": must be a list'],
  [{ intervals: ['2h'] }, 'unsupported-interval', 'intervals "2h": there is no such interval; there are 1m'],
  [{ intervals: ['1d', null] }, 'unsupported-interval', 'intervals null: there is no such interval'],
];

const BAD_RANGES: typeof BAD = [
  [{ start: '2026-02-30' }, 'invalid-date', 'start "2026-02-30" is not a date'],
  [{ end: 'soon' }, 'invalid-date', 'end "soon" is not a date'],
  [{ start: '' }, 'invalid-date', 'start "" is not a date'],
  [{ start: new Date(0) }, 'usage', 'start a Date: must be a text such as "2026-01-02"'],
  [{ end: 20260102 }, 'usage', 'end 20260102: must be a text'],
  [{ start: '2026-02-03', end: '2026-02-02' }, 'usage', 'start 2026-02-03 is after end 2026-02-02'],
];

const BAD_COUNTS: typeof BAD = [
  [{ days: 0 }, 'usage', 'days 0: must be a whole number above 0'],
  [{ days: -5 }, 'usage', 'days -5: must be'],
  [{ days: Number.NaN }, 'usage', 'days NaN: must be'],
  [{ days: Number.POSITIVE_INFINITY }, 'usage', 'days Infinity: must be'],
  [{ days: 1.5 }, 'usage', 'days 1.5: must be'],
  [{ days: '252' }, 'usage', 'days "252": must be'],
  [{ years: 0 }, 'usage', 'years 0: must be'],
  [{ days: 5, years: 1 }, 'usage', 'days and years contradict each other; give one'],
  [{ days: 5, start: '2026-02-02' }, 'usage', 'days and start contradict each other'],
  [{ days: 99_999_999 }, 'usage', 'days 99999999: there is no history that long'],
];

describe('a request that cannot be meant names its option and value', () => {
  const METHODS: readonly (readonly [string, (request: object) => Promise<unknown>, typeof BAD])[] = [
    ['backfill', (request) => history.backfill(any(request)), [...BAD, ...BAD_RANGES, ...BAD_COUNTS]],
    ['plan', (request) => history.plan(any(request)), [...BAD, ...BAD_RANGES, ...BAD_COUNTS]],
    ['coverage', (request) => history.coverage(any(request)), [...BAD, ...BAD_RANGES, ...BAD_COUNTS]],
    ['verify', (request) => history.verify(any(request)), [...BAD, ...BAD_RANGES, ...BAD_COUNTS]],
    ['issues', (request) => history.issues(any(request)), BAD],
    ['revisions', (request) => history.revisions(any(request)), BAD],
    [
      'export',
      (request) => history.export({ to: async () => undefined, ...request }),
      [
        ...BAD.filter(([request]) => 'tickers' in request),
        ...BAD_RANGES,
        [{ interval: '2h' }, 'unsupported-interval', 'interval "2h"'],
        [{ asOf: 'today' }, 'invalid-date', 'asOf "today" is not a date'],
        [{ adjust: 'some' }, 'usage', 'there is no adjustment "some"'],
      ],
    ],
    ['read', (request) => history.read({ ticker: 'AAPL', interval: '1d' }, request), BAD_RANGES],
    [
      'query',
      (request) => history.query('SELECT 1', async () => undefined, request),
      [[{ asOf: '2026-02-25T21:00Z' }, 'invalid-date', 'is not a date; write it as YYYY-MM-DD']],
    ],
    ['forget of a range', (request) => history.forget('AAPL', request), [...BAD_RANGES, ...BAD.slice(7)]],
  ];
  for (const [name, call, cases] of METHODS)
    it.each(cases)(`${name}(%o): %s`, async (request, code, message) => {
      const error = await call(request).then(
        () => undefined,
        (thrown: unknown) => thrown as Error,
      );
      expect(error).toMatchObject({ name: 'BackfillError', code });
      expect(error?.message).toContain(message);
      expect(error?.message).not.toContain('\n');
    });

  it.each([[undefined], [null], [[]], [''], [' '], [['']], [5]])(
    'forget(%o) forgets nothing',
    async (tickers) => {
      await expect(history.forget(any(tickers))).rejects.toMatchObject({ code: 'usage' });
      await expect(history.forgettable(any(tickers))).rejects.toThrow(/^tickers /);
      expect(await history.read({ ticker: 'AAPL', interval: '1d' })).toHaveLength(5);
      expect(await readdir(root)).not.toContain('quarantine');
    },
  );

  it.each<[string, unknown[], string]>([
    ['read', [], 'read: the series undefined: must be an object'],
    ['read', [{ ticker: 'AAPL', interval: '1d' }, null], 'read: the options null: must be an object'],
    ['query', [], 'query: the SELECT undefined: must be a text'],
    ['query', ['SELECT 1'], 'query: what takes the rows undefined: must be a function'],
    ['query', ['SELECT 1', () => 0, 5], 'query: the options 5: must be an object'],
    ['views', [null], 'views: the request null: must be an object'],
    ['backfill', [[]], 'backfill: the request []: must be an object'],
    ['doctor', [''], 'doctor: the request "": must be an object'],
    ['changeActions', ['AAPL'], 'changeActions: the change undefined: must be an object'],
    ['renameByMapFile', [], 'renameByMapFile: the path undefined: must be a text'],
    ['rename', ['AAPL', 'B', null], 'rename: the options null: must be an object'],
  ])('%s(%o)', async (method, given, message) => {
    const call = history[method as 'read'] as (...all: unknown[]) => Promise<unknown>;
    await expect(call(...given)).rejects.toMatchObject({ name: 'BackfillError', code: 'usage', message });
  });

  it.each([
    [{ ticker: 'AAPL' }, 'interval undefined'],
    [{ ticker: 'AAPL', interval: '2h' }, 'interval "2h"'],
    [{ interval: '1d' }, 'ticker undefined: must be a text such as "AAPL"'],
    [{ ticker: '', interval: '1d' }, 'ticker ""'],
  ])('read(%o)', async (series, message) => {
    await expect(history.read(any(series))).rejects.toThrow(message);
  });

  it.each([
    [{ sample: 0 }, 'sample 0'],
    [{ sample: Number.NaN }, 'sample NaN'],
    [{ sample: 2 }, 'sample 2'],
    [{ seed: 1.5 }, 'seed 1.5'],
  ])('verify(%o)', async (request, message) => {
    await expect(history.verify(any(request))).rejects.toThrow(message);
  });

  const AAPL = { ticker: 'AAPL', interval: '1d' } as const;
  it.each<[string, () => Promise<unknown>]>([
    [
      'backfill has no option "ticker"; did you mean tickers?',
      () => history.backfill(any({ ticker: 'AAPL' })),
    ],
    [
      'backfill has no option "strat"; did you mean start?',
      () => history.backfill(any({ strat: undefined })),
    ],
    [
      'plan has no option "everthing"; did you mean everything?',
      () => history.plan(any({ everthing: true })),
    ],
    ['verify has no option "sampel"; did you mean sample?', () => history.verify(any({ sampel: 1 }))],
    [
      'coverage has no option "interval"; did you mean intervals?',
      () => history.coverage(any({ interval: '1d' })),
    ],
    ['notFound has no option "day"; did you mean days?', () => history.notFound(any({ day: 1 }))],
    ['issues has no option "days"; there are tickers, intervals', () => history.issues(any({ days: 1 }))],
    [
      'revisions has no option "ondamage"; did you mean onDamage?',
      () => history.revisions(any({ ondamage: 1 })),
    ],
    [
      'read has no option "form"; there are start, end, adjust, asOf',
      () => history.read(AAPL, any({ form: 'x' })),
    ],
    [
      'the series of read has no option "start"; there are ticker, interval',
      () => history.read(any({ ...AAPL, start: '2026-02-24' })),
    ],
    [
      'query has no option "asof"; did you mean asOf?',
      () => history.query('SELECT 1', async () => undefined, any({ asof: '2026-01-02' })),
    ],
    ['views has no option "ajust"; did you mean adjust?', () => history.views(any({ ajust: 'all' }))],
    ['unadjustable has no option "x"; there are adjust, asOf', () => history.unadjustable(any({ x: 1 }))],
    ['doubtfulDividends has no option "x"', () => history.doubtfulDividends(any({ x: 1 }))],
    ['export has no option "formats"; did you mean format?', () => history.export(any({ formats: 'csv' }))],
    [
      'changeActions has no option "remove"; there are add',
      () => history.changeActions('AAPL', any({ remove: '' })),
    ],
    [
      'forgettable has no option "from"; there are start',
      () => history.forgettable('AAPL', any({ from: '' })),
    ],
    [
      'forget has no option "ned"; did you mean end?',
      () => history.forget('AAPL', any({ ned: '2026-02-24' })),
    ],
    [
      'rename has no option "keepnew"; did you mean keepNew?',
      () => history.rename('A', 'B', any({ keepnew: true })),
    ],
    [
      'renameByMapFile has no option "x"; there are keepNew',
      () => history.renameByMapFile('x', any({ x: 1 })),
    ],
    ['doctor has no option "fixed"', () => history.doctor(any({ fixed: true }))],
    [
      'loadProvider has no option "setting"; did you mean settings?',
      () => loadProvider('x', any({ setting: {} })),
    ],
  ])('%s', async (message, call) => {
    const error = await call().then(
      () => undefined,
      (thrown: unknown) => thrown as Error,
    );
    expect(error).toMatchObject({ name: 'BackfillError', code: 'usage' });
    expect(error?.message).toContain(message);
    expect(await history.read(AAPL)).toHaveLength(5);
  });

  it.each<[string, object]>([
    ['backfill', { includeProvisional: 'yes' }],
    ['backfill', { everything: 'yes' }],
    ['backfill', { derive: 1 }],
    ['backfill', { retryFailed: 'x' }],
    ['backfill', { secondOpinion: 0 }],
    ['backfill', { onEvent: 5 }],
    ['backfill', { plan: 5 }],
    ['warmup', { offline: 'no' }],
    ['universe', { keeps: null }],
    ['revisions', { onDamage: true }],
    ['doctor', { fix: 'yes' }],
  ])('%s(%o) is of the wrong kind', async (method, request) => {
    const call = history[method as 'backfill'] as (request: object) => Promise<unknown>;
    const [[name]] = Object.entries(request) as [[string, unknown]];
    await expect(call(request)).rejects.toMatchObject({
      ...{ name: 'BackfillError', code: 'usage' },
      message: expect.stringMatching(new RegExp(`^${method}: ${name} .*: must be (true or|a )`)) as string,
    });
  });

  it.each([
    [() => history.actions(any(undefined)), 'actions: the ticker undefined: must be a text'],
    [() => history.rename(any(null), 'AAPL'), 'rename: the old ticker null: must be a text'],
    [() => history.rename('AAPL', any(undefined)), 'rename: the new ticker undefined: must be a text'],
    [() => history.restore(any(undefined)), 'restore: the id undefined: must be a text'],
    [() => history.holding(any(undefined)), 'holding: the work undefined: must be a function'],
    [() => history.verify(any(undefined)), 'the request undefined: must be an object'],
    [() => history.export(any(undefined)), 'the request undefined: must be an object'],
    [() => history.notFound(any(undefined)), 'the request undefined: must be an object'],
  ])('that is left out: %s', async (call, message) => {
    await expect(call()).rejects.toMatchObject({
      name: 'BackfillError',
      message: expect.stringContaining(message) as string,
    });
  });
});
