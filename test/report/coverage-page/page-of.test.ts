import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { stateOf } from '../../../src/core/coverage/coverage.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { fromSteps } from '../../../src/report/coverage-page/run-code.ts';
import { pageHtml } from '../../../src/report/coverage-page/page-html.ts';
import { pageOf } from '../../../src/report/coverage-page/page-of.ts';
import { inventedCoverage } from '../../../bench/market/invented-coverage.ts';
import { absence, days } from '../../store/fixtures.ts';
import { OCTOBER_JUDGED, state, WHOLE } from '../october.ts';
import { content, NO_ISSUES, paged, told } from './paged.ts';

const day = (date: string) => days(`2026-10-${date}`, formatDay(parseDay(`2026-10-${date}`) + 1));

describe('the page of coverage as data', () => {
  it('tells every session by what is known of it', () => {
    const alfa = state('ALFA', {
      present: [days('2026-10-05', '2026-10-14'), days('2026-10-15', '2026-10-31')],
      provisional: [day('30')],
      lacking: [absence(day('20'), { reason: 'rejected' })],
      absent: [
        absence(days('2026-10-01', '2026-10-03'), { reason: 'pre-listing' }),
        absence(day('14'), { reason: 'vendor-empty', provider: 'yahoo' }),
      ],
    });
    const said = told(paged([alfa]), 'ALFA');
    expect(Object.keys(said)).toHaveLength(22);
    expect(said).toMatchObject({
      '2026-10-01': 'absent pre-listing sample',
      '2026-10-02': 'absent pre-listing sample',
      '2026-10-05': 'present',
      '2026-10-13': 'present',
      '2026-10-14': 'absent vendor-empty yahoo',
      '2026-10-15': 'present',
      '2026-10-20': 'lacking',
      '2026-10-21': 'present',
      '2026-10-30': 'provisional',
    });
    const unknown = state('BRIQ', { present: [days('2026-10-05', '2026-10-31')] });
    expect(told(paged([unknown]), 'BRIQ')).toMatchObject({
      '2026-10-01': 'missing',
      '2026-10-02': 'missing',
    });
  });

  it('says where all that is missing is later than what is stored', () => {
    const ended = state('ALFA', { present: [days('2026-10-01', '2026-10-15')] });
    const { last } = content([ended]).report.series[0] ?? {};
    expect(paged([ended]).notes).toEqual([
      `All that is missing is later than ${last}, the last bar; --end ${last} judges the history alone.`,
    ]);
    expect(paged([state('ALFA', { present: WHOLE })]).notes).toEqual([]);
  });

  it('agrees with what the store says of each session of a thousand invented ones', () => {
    const invented = inventedCoverage(20, 300);
    const page = pageOf(invented);
    const calendar = calendarById('XNYS');
    for (const series of invented.report.series) {
      const { state: known, judged } = invented.judgedOf(series);
      const expected = calendar.sessions(judged.range).map((session) => {
        const one = stateOf(known.coverage, session);
        const text =
          one.state === 'absent'
            ? `absent ${one.claim.reason} ${one.claim.provider}`
            : one.state === 'present' && one.provisional
              ? 'provisional'
              : one.state;
        return [formatDay(session), text] as const;
      });
      expect(told(page, series.ticker)).toEqual(Object.fromEntries(expected));
    }
  });

  it('places series of several calendars and ranges, and knows what lies between two stays', () => {
    const xnys = state('ALFA', { present: WHOLE });
    const tokyo = state('KAZE.T', { present: WHOLE }, 'XTKS');
    const page = paged([xnys, tokyo], {}, ({ series }) =>
      series.ticker === 'ALFA'
        ? { ...OCTOBER_JUDGED, lived: [days('2026-10-05', '2026-10-08'), days('2026-10-20', '2026-10-22')] }
        : OCTOBER_JUDGED,
    );
    expect(page.calendars.map(({ id }) => id)).toEqual(['XNYS', 'XTKS']);
    const said = told(page, 'ALFA');
    expect([Object.keys(said)[0], Object.keys(said).at(-1)]).toEqual(['2026-10-05', '2026-10-21']);
    expect(said).toMatchObject({ '2026-10-07': 'present', '2026-10-08': 'outside', '2026-10-19': 'outside' });
    expect(said['2026-10-20']).toBe('present');
    expect(told(page, 'KAZE.T')).not.toHaveProperty('2026-10-12');
  });

  it('counts as the report does, and says how far behind a series is', () => {
    const stale = state('ALFA', { present: [days('2026-10-01', '2026-10-27')] });
    const ended = state('BRIQ', {
      present: [days('2026-10-01', '2026-10-27')],
      absent: [absence(days('2026-10-27', '2026-10-31'), { reason: 'delisted' })],
    });
    const none = state('CORV', {});
    const { series, totals } = paged([stale, ended, none]);
    const behind = Object.fromEntries(series.map((row) => [row[0], row[13]]));
    expect(behind).toEqual({ ALFA: 4, BRIQ: 0, CORV: null });
    expect(series[0]?.slice(7, 13)).toEqual([22, 18, 0, 0, 4, 81.81]);
    expect(totals).toMatchObject({ series: 3, expected: 66, present: 36, missing: 26, absent: 4 });
  });

  it('sums universes up, with those of their members that are not stored', () => {
    const states = [state('ALFA', { present: WHOLE }), state('BRIQ', {})];
    const universes = new Map([
      ['two', ['ALFA', 'BRIQ', 'GONE']],
      ['others', ['ELSE']],
    ]);
    expect(paged(states, { universes }).universes).toEqual([
      expect.objectContaining({
        name: 'two',
        members: 3,
        notStored: 1,
        places: [0, 1],
        series: 2,
        complete: 1,
        coverage: 50,
      }),
    ]);
  });

  it('tells which series are of a universe, in the order of the series', () => {
    const page = paged(
      ['ALFA', 'BRIQ', 'CORV', 'DUNO'].map((ticker) => state(ticker, { present: WHOLE })),
      { universes: new Map([['some', ['DUNO', 'CORV', 'BRIQ']]]) },
    );
    const [some] = page.universes;
    expect(fromSteps(some?.places ?? []).map((place) => page.series[place]?.[0])).toEqual([
      ...['BRIQ', 'CORV', 'DUNO'],
    ]);
  });

  it('names the exchange that each provider tells, where it does', () => {
    const exchanges = ['XNAS', null, 'NYQ', 'XNAS'];
    const states = exchanges.map((exchange, i) => {
      const one = state(`T${i}`, { present: WHOLE });
      return { ...one, identity: { ...one.identity, exchange } };
    });
    const { series, listings } = paged(states);
    expect(series.map((row) => (row[15] === null ? null : listings[row[15]]))).toEqual(exchanges);
    expect(listings).toEqual(['XNAS', 'NYQ']);
  });

  it('lists the worst kinds of issues first, a thousand of each, and counts the others', () => {
    const odd = (i: number) => ({
      ...{ ticker: `T${i}`, interval: '1d', session: '2026-10-05', kind: 'spike' as const, note: 'odd' },
    });
    const issues = {
      ...NO_ISSUES,
      warnings: Array.from({ length: 1200 }, (_, i) => odd(i)),
      unreadable: [{ path: 'bars/x', reason: 'cut short', ticker: 'ALFA', interval: '1d' as const }],
    };
    const page = paged([], { issues });
    expect(page.issues.kinds).toEqual([
      { title: 'File that cannot be read', count: 1, listed: 1 },
      { title: 'Odd bar', count: 1200, listed: 1000 },
    ]);
    expect(page.issues.rows).toHaveLength(1001);
    expect(page.issues.rows[0]).toEqual([0, 'ALFA', '1d', '', 'bars/x: cut short']);
  });

  it('is below ten megabytes for ten thousand series of five years', () => {
    const data = pageOf(inventedCoverage(10_000, 1260));
    const html = pageHtml(data, { script: '', style: '' });
    expect(data.series).toHaveLength(10_000);
    expect(data.totals.expected).toBe(12_600_000);
    // The script takes less than one.
    expect(Buffer.byteLength(html)).toBeLessThan(9_000_000);
  });
});

describe('the page of coverage as HTML', () => {
  const HOSTILE = '</script><!--<script>alert(1)</script><img src=x onerror=alert(1)>';

  it('has what comes from a store as data alone', () => {
    const data = paged([state(HOSTILE, { present: WHOLE })], { store: HOSTILE });
    const html = pageHtml(data, { script: 'draw()', style: 'p{}' });
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<!--');
    const [, json = ''] = /id="data">(.*)<\/script>/.exec(html) ?? [];
    expect(JSON.parse(json)).toEqual(data);
  });

  it('lets the browser run its own script and style, and ask for nothing', () => {
    const html = pageHtml(pageOf(content([])), { script: 'draw()', style: 'p{}' });
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'sha256-jm3FkV4tNIdBUr8jRVVl5n9PUixlaxTWD0pdpFiSH5A='",
      "style-src 'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y='",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(html).toContain('<title>Coverage of /data, 2026-10-31</title>');
  });
});
