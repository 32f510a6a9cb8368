import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { calendarById, calendarFor } from '../../../src/core/calendar/calendars.ts';
import { parseDay } from '../../../src/core/day.ts';

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
    expect(expected.length).toBeGreaterThan(38);
    expect(counted).toEqual(expected);
  });

  it('has all thirteen exchanges', () => {
    expect(IDS).toHaveLength(13);
  });

  it('gives the same calendar each time, and the NYSE for Nasdaq', () => {
    expect(calendarById('XPAR')).toBe(calendarById('XPAR'));
    expect(calendarById('XNAS')).toBe(calendarById('XNYS'));
  });

  it('refuses an id that it does not know', () => {
    for (const id of ['', 'XXXX', 'xnys', 'constructor', '__proto__']) {
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
    ['FTSEMIB.MI', 'XMIL'],
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

  it.each(['NOVO-B.CO', 'ES=F', 'TEVA.TA', '^KS11', '^UNLISTED.PA', 'ABC.ZZ', 'ADE.OL', 'BTC-USD.ZZ'])(
    '%s has no known calendar: weekdays, as advice',
    (ticker) => {
      expect(calendarFor(ticker)).toMatchObject({ id: 'weekdays', zone: 'UTC', advisory: true });
    },
  );

  it('calls no exchange, crypto or currency calendar advisory', () => {
    for (const ticker of ['AAPL', '7203.T', 'BTC-USD', 'EURUSD=X'])
      expect(calendarFor(ticker).advisory).toBe(false);
  });
});
