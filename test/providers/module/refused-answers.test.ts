import { describe, expect, it } from 'vitest';
import { BackfillError } from '../../../src/core/errors.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import { ANSWER, ASKED, BARS, PAGE, THURSDAY, TOLD, errorOf, steps } from './own-steps.ts';

describe('what they give is refused where it is no answer', () => {
  const part = (answer: unknown, ticker = 'ALFA'): unknown => ({ ticker, answer });

  it.each<[string, unknown]>([
    ['a list of parts', undefined],
    ['a part of "BRVO", which was not asked for', [part({ actions: [] }, 'BRVO')]],
    ['an answer for ALFA whose actions is undefined; it must be a list', [part(undefined)]],
    ['an answer for ALFA whose unapplied is 1; it must be a list', [part({ actions: [], unapplied: 1 })]],
  ])('of splits and dividends, %s', (message, end) => {
    const { actions } = steps({ actions: { end: () => end } });
    const error = errorOf(() => actions?.end(ASKED, 0));
    expect(error).toMatchObject({ code: 'provider-broken' });
    expect(error.message).toContain('its actions.end gives ');
    expect(error.message).toContain(message);
  });
  const withBars = (change: object): unknown => part({ ...ANSWER, bars: { ...BARS, ...change } });

  it.each<[string, unknown]>([
    ['undefined; it must be { parts, state, hasMore }', undefined],
    ['parts: undefined; it must be a list', { state: 0, hasMore: false }],
    ['hasMore: undefined; it must be true or false', { parts: [] }],
    ['reaches: "T 5"; it must be a Map, or left out', { ...PAGE, reaches: 'T 5' }],
    ['spoilt: "no"; it must be an error', { spoilt: 'no', without: [] }],
    ['without: undefined; it must be a list', { spoilt: new BackfillError('no-data', 'x') }],
  ])('a page that is %s', (message, page) => {
    const error = errorOf(() => steps({ parse: () => page }).parse(TOLD, ASKED, undefined));
    expect(error).toMatchObject({ code: 'provider-broken' });
    expect(error.message).toContain(`its parse gives ${message}`);
  });

  it.each<[string, unknown]>([
    ['a part that is null', null],
    ['a part of "BRVO", which was not asked for', part(ANSWER, 'BRVO')],
    ['an answer for ALFA whose bars are undefined; they must be columns', part(undefined)],
    ['whose bars are [{"ts":1}]; they must be columns', part({ ...ANSWER, bars: [{ ts: 1 }] })],
    ['whose bars.close is [1]; it must be a Float64Array', withBars({ close: [1] })],
    ['whose bars.close is null; it must be a Float64Array', withBars({ close: null })],
    ['whose bars.vwap is undefined; it must be a Float64Array', withBars({ vwap: undefined })],
    ['whose bars.low has 2 values of 1 bar', withBars({ low: Float64Array.of(1, 2) })],
    ['whose actions is undefined; it must be a list', part({ ...ANSWER, actions: undefined })],
    ['whose wireBasis is "adjusted"; it must be', part({ ...ANSWER, wireBasis: 'adjusted' })],
    ['whose identity is null', part({ ...ANSWER, identity: null })],
    ['whose delistedOn is undefined', part({ ...ANSWER, delistedOn: undefined })],
    ['whose dropped is undefined', part({ ...ANSWER, dropped: undefined })],
    ['whose endpoint is "a/b"; it must be a word in lower case', part({ ...ANSWER, endpoint: 'a/b' })],
    ['whose endpoint is [{"from":1,', part({ ...ANSWER, endpoint: [{ from: 1, endpoint: 'flat' }] })],
    ['whose proven is undefined', part({ ...ANSWER, proven: undefined })],
    ['whose proven is {"from":20773', part({ ...ANSWER, proven: ASKED.range })],
    ['whose bars have a row whose ts is NaN; it must be ms', withBars({ ts: Float64Array.of(Number.NaN) })],
    [
      'whose bars have a row whose ts is 1795046400, which looks like seconds',
      withBars({ ts: Float64Array.of(THURSDAY / 1000) }),
    ],
    [
      'whose bars have a row of a day whose ts is 1792731600000; it must be midnight',
      withBars({ ts: Float64Array.of(THURSDAY - 27 * 86_400_000 + 18_000_000) }),
    ],
    ['it must lie within', part({ ...ANSWER, proven: { ...ANSWER.proven, from: ANSWER.proven.from - 1 } })],
    [
      'whose proven is {"from":20776,"to":20775}; it must lie within',
      part({ ...ANSWER, proven: { from: 20_776, to: 20_775 } }),
    ],
    [
      'whose explained[0] is {"from":20773,"to":20778,"reason":"halted"}; it must lie within proven',
      part({ ...ANSWER, explained: [{ from: 20_773, to: 20_778, reason: 'halted' }] }),
    ],
  ])('%s', (message, given) => {
    for (const step of ['parse', 'end'] as const) {
      const own = steps({ parse: () => ({ ...PAGE, parts: [given] }), end: () => [given] });
      const error = errorOf(() => (step === 'end' ? own.end(ASKED, 0) : own.parse(TOLD, ASKED, 0)));
      expect(error).toMatchObject({ code: 'provider-broken' });
      expect(error.message).toContain(`its ${step} gives `);
      expect(error.message).toContain(message);
    }
  });

  const DAY = parseDay('2026-11-18');
  const SPLIT = { kind: 'split', exDay: DAY, ratio: 2 };

  it.each<[string, Record<string, unknown>]>([
    ['actions[0] is "x"; it must be { kind: "split", exDay: a day', { actions: ['x'] }],
    ['actions[1] is null', { actions: [SPLIT, null] }],
    ['actions[0] is {"kind":"Split"', { actions: [{ ...SPLIT, kind: 'Split' }] }],
    ['"ratio":"7"}; it must be', { actions: [{ ...SPLIT, ratio: '7' }] }],
    ['"exDay":"2026-11-18"', { actions: [{ ...SPLIT, exDay: '2026-11-18' }] }],
    ['"exDay":1794960000000', { actions: [{ ...SPLIT, exDay: Date.parse('2026-11-18') }] }],
    ['actions[0] is {"kind":"dividend"', { actions: [{ ...SPLIT, kind: 'dividend' }] }],
    ['unapplied[0] is {"kind":', { unapplied: [{ kind: 'split', exDay: DAY }] }],
    ['badActions[0] is {"exDay":', { badActions: [{ exDay: DAY, row: 1 }] }],
    ['unusable[0] is "x"; it must be { ts: ms', { unusable: ['x'] }],
    ['unusable[0] is {"ts":"y"', { unusable: [{ ts: 'y', reason: 'empty' }] }],
    [
      'explained[0] is {"from":"2015-01-01"',
      { explained: [{ from: '2015-01-01', to: 'x', reason: 'halted' }] },
    ],
    ['"reason":"holiday"}; it must be', { explained: [{ from: DAY, to: DAY + 1, reason: 'holiday' }] }],
    ['unproven[0] is {"from":"2015-08-01"', { unproven: [{ from: '2015-08-01', to: '2016-01-01' }] }],
    ['mayBeCut[0] is {"from":20776,"to":20775}', { mayBeCut: [{ from: 20_776, to: 20_775 }] }],
    ['straysOn[0] is "2026-11-18"; it must be a day', { straysOn: ['2026-11-18'] }],
    ['offGridOn is 3; it must be a list', { offGridOn: 3 }],
    ['notRead[0] is 1; it must be a text', { notRead: [1] }],
    ['dropped is -3; it must be a count', { dropped: -3 }],
    ['unfinished is 0.5; it must be a count', { unfinished: 0.5 }],
    ['lastTrade is "2026-11-18"; it must be a day', { lastTrade: '2026-11-18' }],
    ['note is 5; it must be a text', { note: 5 }],
    ['identity is {"currency":840}; it must be', { identity: { currency: 840 } }],
    ['identity is {"firstTrade":"1980-12-12"}', { identity: { firstTrade: '1980-12-12' } }],
  ])('what it says beside bars: %s', (message, told) => {
    const error = errorOf(() => steps({ end: () => [part({ ...ANSWER, ...told })] }).end(ASKED, 0));
    expect(error).toMatchObject({ code: 'provider-broken' });
    expect(error.message).toContain(`its end gives an answer for ALFA whose `);
    expect(error.message).toContain(message);
  });

  it('not a split that cannot be, which is put in quarantine', () => {
    const actions = [Number.NaN, -7].map((ratio) => ({ ...SPLIT, ratio }));
    const given = [part({ ...ANSWER, actions, badActions: [{ exDay: null, row: 1, reason: 'none' }] })];
    expect(steps({ end: () => given }).end(ASKED, 0)).toEqual(given);
  });

  it('but for what is sound', () => {
    const sound = [part(ANSWER)];
    const own = steps({ parse: () => ({ ...PAGE, parts: sound }), end: () => sound });
    expect(own.parse(TOLD, ASKED, undefined)).toMatchObject({ parts: sound });
    expect(own.end(ASKED, 0)).toEqual(sound);
    const failing = [{ ticker: 'ALFA', error: new BackfillError('no-data', 'x') }];
    expect(steps({ end: () => failing }).end(ASKED, 0)).toEqual(failing);
  });

  it('and an answer of which no row is of what was asked for is an error of its ticker', () => {
    const early = Float64Array.of(Date.parse('2026-11-12'));
    const error = expect.objectContaining({
      ...{ code: 'bad-answer', ticker: 'ALFA' },
      message:
        'the answer for ALFA has 1 row, 2026-11-12..2026-11-12, none of 2026-11-16..2026-11-29, for which it was asked; where there is none of a range, an answer without rows says so',
    });
    const own = steps({
      parse: () => ({ ...PAGE, parts: [withBars({ ts: early })] }),
      end: () => [withBars({ ts: early })],
    });
    expect(own.parse(TOLD, ASKED, undefined)).toMatchObject({ parts: [{ ticker: 'ALFA', error }] });
    expect(own.end(ASKED, 0)).toEqual([{ ticker: 'ALFA', error }]);
    const both = Float64Array.of(...early, THURSDAY);
    const columnsOf = (values: Float64Array): object =>
      Object.fromEntries(['open', 'high', 'low', 'close', 'volume'].map((name) => [name, values]));
    const some = [withBars({ ...columnsOf(both), length: 2, ts: both })];
    expect(steps({ end: () => some }).end(ASKED, 0)).toMatchObject([
      { ticker: 'ALFA', error: { code: 'bad-answer' } },
    ]);
    const three = Float64Array.of(...early, THURSDAY - 2 * 86_400_000, THURSDAY);
    const most = [withBars({ ...columnsOf(three), length: 3, ts: three })];
    expect(steps({ end: () => most }).end(ASKED, 0)).toEqual(most);
  });

  it('the same of a market', async () => {
    const asked = { interval: '1d', session: parseDay('2026-11-19'), now: ASKED.now } as const;
    const told = { ...ANSWER, proven: { from: asked.session, to: asked.session + 1 } };
    const request = (): unknown => ({ url: new URL('http://h'), headers: {} });
    const marketOf = (parts: unknown, asOf: unknown = ASKED.now) =>
      steps({ market: { request, parse: () => ({ ...PAGE, parts }), end: () => ({ parts, asOf }) } }).market;
    const sound = [part(told, 'ANY')];
    expect(await marketOf(sound)?.request(asked, undefined, {})).toEqual(request());
    expect(marketOf(sound)?.parse(TOLD, asked, undefined)).toMatchObject({ parts: sound });
    expect(marketOf(sound)?.end(asked, 0)).toEqual({ parts: sound, asOf: ASKED.now });
    const wednesday = { ...BARS, ts: Float64Array.of(THURSDAY - 86_400_000) };
    const other = marketOf([...sound, part({ ...told, bars: wednesday }, 'OTHER')]);
    expect(other?.end(asked, 0).parts).toEqual([
      ...sound,
      { ticker: 'OTHER', error: expect.objectContaining({ code: 'bad-answer' }) },
    ]);
    for (const [given, asOf, message] of [
      [[part(ANSWER, 'ANY')], ASKED.now, 'its market.end gives an answer for ANY whose proven is'],
      [[part(told, '')], ASKED.now, 'its market.end gives a part of ""'],
      [sound, null, '; it must be { parts, asOf }'],
      [undefined, ASKED.now, 'it must be { parts, asOf }'],
    ] as const)
      expect(errorOf(() => marketOf(given, asOf)?.end(asked, 0)).message).toContain(message);
  });

  it('and of what a market has that is alike', async () => {
    const asked = { interval: '1d', session: parseDay('2026-11-19'), now: ASKED.now } as const;
    const { bars, ...said } = { ...ANSWER, proven: { from: asked.session, to: asked.session + 1 } };
    const request = (): unknown => ({ url: new URL('http://h'), headers: {} });
    const endOf = (alike: unknown): unknown => {
      const end = () => ({ parts: [], alike, asOf: ASKED.now });
      return steps({ market: { request, parse: () => PAGE, end } }).market?.end(asked, 0);
    };
    const group = { tickers: ['ANY', 'OTHER'], counts: [bars.length, 0], bars, answer: said };
    expect(endOf([group])).toMatchObject({ alike: [group] });
    for (const [other, message] of [
      [{ tickers: ['ANY', ''] }, 'its market.end gives a part of ""'],
      [
        { answer: { ...said, dropped: null } },
        'its market.end gives an answer for ANY whose dropped is null',
      ],
      [{ counts: [bars.length] }, 'with a count of bars for each ticker'],
      [{ counts: [bars.length, 1] }, 'with a count of bars for each ticker'],
      [{ counts: [bars.length + 1, -1] }, 'with a count of bars for each ticker'],
      [{ tickers: 'ANY' }, 'with a count of bars for each ticker'],
    ] as const)
      expect(errorOf(() => endOf([{ ...group, ...other }])).message).toContain(message);
    const wednesday = { ...bars, ts: Float64Array.of(THURSDAY - 86_400_000) };
    expect(errorOf(() => endOf([{ ...group, bars: wednesday }]))).toMatchObject({ code: 'bad-answer' });
    expect(errorOf(() => endOf([null])).message).toContain('with a count of bars for each ticker');
  });

  it('tickers that are no texts', () => {
    const { tickers } = steps({
      tickers: { request: () => ({ url: new URL('http://h'), headers: {} }), parse: () => [1] },
    });
    expect(() => tickers?.parse(TOLD)).toThrow('its tickers.parse gives [1]; it must be a list of tickers');
  });
});
