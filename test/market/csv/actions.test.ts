import { describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { HEADER, marketOf, thrown } from './folders.ts';

describe('actions.csv', () => {
  const bars = `${HEADER}\n2024-01-02,1,1,1,1,1\n`;

  it('gives splits and dividends by ticker, ascending', () => {
    const market = marketOf({
      'AAPL.csv': bars,
      'actions.csv':
        'ticker,date,kind,value\nAAPL,2020-11-06,dividend,0.205\nAAPL,2020-08-31,split,4:1\nBRK.B,2010-01-21,split,50\nX,2024-01-03,split,1:20\n',
    });
    expect(market.hasActions).toBe(true);
    expect(market.actions('AAPL')).toEqual([
      { kind: 'split', exDay: parseDay('2020-08-31'), ratio: 4 },
      { kind: 'dividend', exDay: parseDay('2020-11-06'), amount: 0.205 },
    ]);
    expect(market.actions('BRK-B')).toEqual([{ kind: 'split', exDay: parseDay('2010-01-21'), ratio: 50 }]);
    expect(market.actions('X')).toMatchObject([{ ratio: 0.05 }]);
    expect(market.actions('MSFT')).toEqual([]);
  });

  it('is not needed', () => {
    const market = marketOf({ 'AAPL.csv': bars });
    expect(market.hasActions).toBe(false);
    expect(market.actions('AAPL')).toEqual([]);
  });

  it('keeps apart what cannot be, with its line', () => {
    const values = ['0', '0:1', '1:0', '0:0', '-2', 'nan', 'inf', '1e30'];
    const lines = values.map((value, i) => `A,2024-01-${11 + i},split,${value}\n`).join('');
    const market = marketOf({
      'A.csv': bars,
      'actions.csv': `ticker,date,kind,value\nA,2024-01-03,split,2\nA,2024-01-04,dividend,-0.2\n${lines}`,
    });
    expect(market.actions('A')).toEqual([{ kind: 'split', exDay: parseDay('2024-01-03'), ratio: 2 }]);
    const bad = market.badActions('A');
    expect(bad).toHaveLength(9);
    expect(bad[0]).toEqual({
      ...{ exDay: parseDay('2024-01-04'), kind: 'dividend' },
      row: { kind: 'dividend', date: '2024-01-04', value: '-0.2', line: 3 },
      reason: 'a dividend of -0.2 a share is none',
    });
    expect(bad.map(({ row }) => row)).toContainEqual({
      ...{ kind: 'split', date: '2024-01-13', value: '1:0', line: 6 },
    });
  });

  it('says of dividends of one ex-date what they count as', () => {
    const list = (values: readonly number[]) =>
      values.map((value) => `A,2024-02-14,dividend,${value}\n`).join('');
    const notes = (values: readonly number[]) => {
      const market = marketOf({
        'A.csv': bars,
        'actions.csv': `ticker,date,kind,value\n${list(values)}B,2024-02-14,dividend,0.5\nA,2024-02-15,dividend,0.1\n`,
      });
      return market.notRead('A');
    };
    const way = 'of those that one corrects leave the others out; of those that were all paid write the sum';
    expect(notes([0.39, 0.93])).toEqual([
      `actions.csv: the dividends of A on 2024-02-14 (0.39 in line 2, 0.93 in line 3) count as 1.32: ${way}`,
    ]);
    expect(notes([0.39, 0.39])).toEqual([
      `actions.csv: the dividends of A on 2024-02-14 (0.39 in line 2, 0.39 in line 3) count as 0.39: ${way}`,
    ]);
    expect(notes([0.39])).toEqual([]);
  });

  it('may write its kinds in any case', () => {
    const list = 'Ticker,Date,Kind,Value\nA,2024-01-04,DIVIDEND,0.2\nA,2024-01-02,Split,2\n';
    const kinds = marketOf({ 'A.csv': bars, 'actions.csv': list })
      .actions('A')
      .map(({ kind }) => kind);
    expect(kinds).toEqual(['split', 'dividend']);
  });

  it.each([';', '\t', '|'])('is refused where %j parts its fields, with what would do', (sign) => {
    const list = ['ticker,date,kind,value', 'A,2024-01-04,dividend,0'].join('\n').replaceAll(',', sign);
    const market = marketOf({ 'A.csv': bars, 'actions.csv': `${list},42\n` });
    expect(thrown(() => market.actions('A'))).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(
        /actions\.csv, line 1: its fields are parted by .*: part them by commas \(ticker,/,
      ),
    });
  });

  it.each(['split,2', 'split,20:1', 'dividend,0.3', 'dividend,'])(
    'is refused where no line end follows its last action: %s may be cut',
    (end) => {
      const [first, last] = ['A,2024-01-03,dividend,0.1', `A,2024-01-04,${end}`];
      for (const lines of [[last], [first, last]]) {
        const text = ['ticker,date,kind,value', ...lines].join('\n');
        const error = thrown(() => marketOf({ 'A.csv': bars, 'actions.csv': text }).actions('A'));
        expect(error).toMatchObject({
          code: 'usage',
          message: expect.stringMatching(
            `actions\\.csv, line ${lines.length + 1}: the file ends within this line, .*end the line if it is whole$`,
          ),
        });
      }
    },
  );

  it('may end behind a quote, a blank line or its header', () => {
    const header = 'ticker,date,kind,value';
    const actionsOf = (list: string) => marketOf({ 'A.csv': bars, 'actions.csv': list }).actions('A');
    expect(actionsOf(header)).toEqual([]);
    for (const end of ['"0.39"', '0.39\r\n', '0.39\n\n ', '0.39\r'])
      expect(actionsOf(`${header}\nA,2024-01-04,dividend,${end}`), end).toMatchObject([{ amount: 0.39 }]);
  });

  it('is refused with its line where it is malformed', () => {
    for (const line of [
      'A,2024-01-02,merger,2',
      'A,2024-13-02,split,2',
      'A,2024-01-02,split,two',
      'A,2024-01-02,split,2:',
      'A,2024-01-02,split,',
      '?,2024-01-02,split,2',
    ]) {
      const market = marketOf({
        'A.csv': bars,
        'actions.csv': `ticker,date,kind,value\nA,2024-01-02,split,2\n${line}\n`,
      });
      const error = thrown(() => market.actions('A'));
      expect(error, line).toMatchObject({
        code: 'usage',
        message: expect.stringContaining('actions.csv, line 3: '),
      });
    }
  });
});
