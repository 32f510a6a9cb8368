import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CALENDAR_ZONES, calendarById, calendarFor } from '../../../src/core/calendar/calendars.ts';
import { parseDay } from '../../../src/core/session/day.ts';

interface Expectation {
  readonly id: string;
  readonly year: number;
  readonly sessions: number;
}

const EXPECTED: readonly Expectation[] = readFileSync(new URL('expected-counts.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(2)
  .map((line) => {
    const [id = '', year, sessions] = line.split(',');
    return { id, year: Number(year), sessions: Number(sessions) };
  });

const IDS = [...new Set(EXPECTED.map((row) => row.id))];

describe('calendarById', () => {
  it.each(IDS)('%s has the expected number of sessions in every year', (id) => {
    const calendar = calendarById(id);
    const expected = EXPECTED.filter((row) => row.id === id);
    const counted = expected.map(({ year }) => {
      const range = { from: parseDay(`${year}-01-01`), to: parseDay(`${year + 1}-01-01`) };
      return { id, year, sessions: calendar.sessions(range).length };
    });
    expect(expected.length).toBeGreaterThan(16);
    expect(counted).toEqual(expected);
  });

  it('has all forty-five exchanges, each in one known zone', () => {
    expect(IDS).toHaveLength(45);
    for (const id of IDS) expect(calendarById(id)).toMatchObject({ id, advisory: false });
  });

  it('gives the same calendar each time, and that of the exchange whose sessions another keeps', () => {
    expect(calendarById('XPAR')).toBe(calendarById('XPAR'));
    expect(calendarById('XNAS')).toBe(calendarById('XNYS'));
    expect(calendarById('XNSE')).toBe(calendarById('XBOM'));
    expect(calendarById('XKOS')).toBe(calendarById('XKRX'));
    expect(calendarById('ROCO')).toBe(calendarById('XTAI'));
    expect(calendarById('XSHE')).toBe(calendarById('XSHG'));
  });

  it('knows the zone of every calendar and alias', () => {
    const zones = new Map(CALENDAR_ZONES);
    for (const id of [...IDS, 'XNAS', 'XNSE', 'XKOS', 'ROCO', 'XSHE', '24-7', '24-5-FX', 'weekdays']) {
      expect(zones.get(id), id).toBe(calendarById(id).zone);
    }
    for (const [id, zone] of CALENDAR_ZONES) {
      expect(calendarById(id).zone).toBe(zone);
      expect(() => new Intl.DateTimeFormat('en', { timeZone: zone }), zone).not.toThrow();
    }
  });

  it('refuses an id that it does not know', () => {
    for (const id of ['', 'XXXX', 'xnys', 'constructor', '__proto__', 'weekdays:', 'weekdays:Mars/Base']) {
      expect(() => calendarById(id), id).toThrow(expect.objectContaining({ code: 'internal' }));
    }
  });
});

describe('calendarFor', () => {
  it.each([
    ['AAPL', 'XNYS'],
    ['BRK-B', 'XNYS'],
    ['BF-B', 'XNYS'],
    ['BAC-PL', 'XNYS'],
    ['AIR.PA', 'XPAR'],
    ['ASML.AS', 'XAMS'],
    ['UCB.BR', 'XBRU'],
    ['SAP.DE', 'XETR'],
    ['BT-A.L', 'XLON'],
    ['NESN.SW', 'XSWX'],
    ['RY.TO', 'XTSE'],
    ['NUMI.V', 'XTSE'],
    ['7203.T', 'XTKS'],
    ['0700.HK', 'XHKG'],
    ['BHP.AX', 'XASX'],
    ['ENI.MI', 'XMIL'],
    ['SAN.MC', 'XMAD'],
    ['A.B.PA', 'XPAR'],
    ['NOVO-B.CO', 'XCSE'],
    ['VOLV-B.ST', 'XSTO'],
    ['NOKIA.HE', 'XHEL'],
    ['EQNR.OL', 'XOSL'],
    ['MAREL.IC', 'XICE'],
    ['OMV.VI', 'XWBO'],
    ['EDP.LS', 'XLIS'],
    ['RYA.IR', 'XDUB'],
    ['PKO.WA', 'XWAR'],
    ['CEZ.PR', 'XPRA'],
    ['OTP.BD', 'XBUD'],
    ['OPAP.AT', 'ASEX'],
    ['AKBNK.IS', 'XIST'],
    ['TEVA.TA', 'XTAE'],
    ['2222.SR', 'XSAU'],
    ['MTN.JO', 'XJSE'],
    ['PETR4.SA', 'BVMF'],
    ['WALMEX.MX', 'XMEX'],
    ['GGAL.BA', 'XBUE'],
    ['CHILE.SN', 'XSGO'],
    ['ECOPETROL.CL', 'XBOG'],
    ['VOLCABC1.LM', 'XLIM'],
    ['600519.SS', 'XSHG'],
    ['000001.SZ', 'XSHG'],
    ['005930.KS', 'XKRX'],
    ['035720.KQ', 'XKRX'],
    ['2330.TW', 'XTAI'],
    ['6488.TWO', 'XTAI'],
    ['D05.SI', 'XSES'],
    ['M&M.NS', 'XBOM'],
    ['500325.BO', 'XBOM'],
    ['BBCA.JK', 'XIDX'],
    ['1155.KL', 'XKLS'],
    ['PTT.BK', 'XBKK'],
    ['SM.PS', 'XPHS'],
    ['FPH.NZ', 'XNZE'],
    ['NESN.VX', 'XSWX'],
  ])('%s follows its exchange, %s', (ticker, id) => {
    expect(calendarFor(ticker).id).toBe(id);
  });

  it.each([
    ['BMW.F', 'XETR'],
    ['BMW.SG', 'XETR'],
    ['SMSN.IL', 'XLON'],
    ['VODL.XC', 'XLON'],
    ['BHP.XA', 'XASX'],
    ['BTP.TI', 'XMIL'],
  ])('%s follows the days of %s', (ticker, id) => {
    expect(calendarFor(ticker).id).toBe(id);
  });

  it.each([
    ['^GSPC', 'XNYS'],
    ['^FCHI', 'XPAR'],
    ['^N225', 'XTKS'],
    ['^STOXX50E', 'XPAR'],
    ['^STOXX', 'XSWX'],
    ['FTSEMIB.MI', 'XMIL'],
    ['^OMX', 'XSTO'],
    ['^OMXC25', 'XCSE'],
    ['^OMXH25', 'XHEL'],
    ['^OSEAX', 'XOSL'],
    ['OSEBX.OL', 'XOSL'],
    ['^ATX', 'XWBO'],
    ['PSI20.LS', 'XLIS'],
    ['^ISEQ', 'XDUB'],
    ['GD.AT', 'ASEX'],
    ['^WIG20', 'XWAR'],
    ['^PX', 'XPRA'],
    ['^BUX.BD', 'XBUD'],
    ['XU100.IS', 'XIST'],
    ['^J203.JO', 'XJSE'],
    ['^TA125.TA', 'XTAE'],
    ['^TASI.SR', 'XSAU'],
    ['^BSESN', 'XBOM'],
    ['^NSEI', 'XBOM'],
    ['^KS11', 'XKRX'],
    ['^KQ11', 'XKRX'],
    ['^TWII', 'XTAI'],
    ['000001.SS', 'XSHG'],
    ['399001.SZ', 'XSHG'],
    ['^STI', 'XSES'],
    ['^KLSE', 'XKLS'],
    ['^JKSE', 'XIDX'],
    ['^SET.BK', 'XBKK'],
    ['PSEI.PS', 'XPHS'],
    ['^NZ50', 'XNZE'],
    ['^BVSP', 'BVMF'],
    ['^MXX', 'XMEX'],
    ['^MERV', 'XBUE'],
    ['^IPSA', 'XSGO'],
    ['^SPBLPGPT', 'XLIM'],
    ['EURUSD=X', '24-5-FX'],
    ['JPY=X', '24-5-FX'],
    ['XAUUSD=X', '24-5-FX'],
    ['BTC-USD', '24-7'],
    ['ETH-BTC', '24-7'],
    ['BTC-USDT', '24-7'],
    ['1INCH-EUR', '24-7'],
  ])('%s follows %s', (ticker, id) => {
    expect(calendarFor(ticker).id).toBe(id);
  });

  it.each(['^UNLISTED.PA', '^UNLISTED', 'ABC.ZZ', 'BTC-USD.ZZ'])(
    '%s has no known calendar: weekdays, as advice',
    (ticker) => {
      expect(calendarFor(ticker)).toMatchObject({ id: 'weekdays', zone: 'UTC', advisory: true });
    },
  );

  it.each([
    ['QNBK.QA', 'Asia/Qatar'],
    ['NBK.KW', 'Asia/Kuwait'],
    ['EMAAR.AE', 'Asia/Dubai'],
    ['COMI.CA', 'Africa/Cairo'],
    ['VNM.VN', 'Asia/Ho_Chi_Minh'],
    ['BPV.CR', 'America/Caracas'],
    ['GRD1R.RG', 'Europe/Riga'],
    ['TAL1T.TL', 'Europe/Tallinn'],
    ['APG1L.VS', 'Europe/Vilnius'],
    ['TLV.RO', 'Europe/Bucharest'],
    ['ASMLA.XD', 'Europe/Amsterdam'],
    ['SBER.ME', 'Europe/Moscow'],
    ['ES=F', 'America/New_York'],
    ['CLF26.NYM', 'America/New_York'],
  ])('%s has no known calendar, but a zone: %s', (ticker, zone) => {
    expect(calendarFor(ticker)).toMatchObject({ id: `weekdays:${zone}`, zone, advisory: true });
    expect(calendarById(`weekdays:${zone}`)).toBe(calendarFor(ticker));
  });

  it('guesses a week from Sunday to Thursday where that is the custom', () => {
    const week = (ticker: string, from: string): string[] =>
      calendarFor(ticker)
        .sessions({ from: parseDay(from), to: parseDay(from) + 7 })
        .map((day) => new Date(day * 86_400_000).toUTCString().slice(0, 3));
    for (const ticker of ['QNBK.QA', 'NBK.KW', 'COMI.CA'])
      expect(week(ticker, '2025-03-02')).toEqual(['Sun', 'Mon', 'Tue', 'Wed', 'Thu']);
    expect(week('VNM.VN', '2025-03-02')).toEqual(['Mon', 'Tue', 'Wed', 'Thu', 'Fri']);
    // The Emirates changed their week-end in 2022.
    expect(week('EMAAR.AE', '2021-12-05')).toEqual(['Sun', 'Mon', 'Tue', 'Wed', 'Thu']);
    expect(week('EMAAR.AE', '2022-01-02')).toEqual(['Mon', 'Tue', 'Wed', 'Thu', 'Fri']);
  });

  it.each([
    '000001',
    '600519',
    '7203',
    '0700',
    'A005930',
    '005930',
    'SH600519',
    'RELIANCE',
    'NIFTY50',
    'BTC-SOLA',
  ])('the bare code %s has no calendar', (ticker) => {
    expect(calendarFor(ticker)).toMatchObject({ id: 'weekdays', advisory: true });
  });

  it.each(
    'A TRUE GOOGL PTRXX LEHMQ BRK-A BF-B MOG-A BAC-PL JPM-PC ABC-WT ABC-UN ABC-U ABC-RT ABC-WS ABC-WI ABC-WTA ABC-PRA BRK/B BRK_B'.split(
      ' ',
    ),
  )('%s is a ticker of the United States', (ticker) => {
    expect(calendarFor(ticker).id).toBe('XNYS');
  });

  it('calls no exchange, crypto or currency calendar advisory', () => {
    for (const ticker of ['AAPL', '7203.T', 'BTC-USD', 'EURUSD=X'])
      expect(calendarFor(ticker).advisory).toBe(false);
  });
});
