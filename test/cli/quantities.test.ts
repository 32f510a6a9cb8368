import { describe, expect, it } from 'vitest';
import {
  checkDate,
  checkName,
  parseClock,
  parseCount,
  parseDuration,
  parseIntervals,
  parseRates,
  parsePart,
  parseThreshold,
  parseTimeout,
  wholeFrom,
} from '../../src/cli/quantities.ts';

type Case = readonly [text: string, expected: unknown];

/** Each text is read as what is expected of it, or refused with just these words. */
function table(read: (option: string, text: string) => unknown, cases: readonly Case[]): void {
  it.each(cases)('%j: %s', (text, expected) => {
    if (expected instanceof Error)
      expect(() => read('--x', text)).toThrow(
        expect.objectContaining({ code: 'usage', message: `--x ${expected.message}` }),
      );
    else expect(read('--x', text)).toEqual(expected);
  });
}

const AS = 'write it as 250ms, 30s or 2min';

describe('a time needs its unit', () => {
  table(parseDuration, [
    ['250ms', 250],
    ['30s', 30_000],
    ['1.5s', 1500],
    ['2min', 120_000],
    ['2m', 120_000],
    ['5sec', 5000],
    ['5 seconds', 5000],
    ['1h', 3_600_000],
    ['24h', 86_400_000],
    ['0s', 0],
    ['5', new Error('5: say the unit, such as 5s or 5ms')],
    ['0', new Error('0: say the unit, such as 0s or 0ms')],
    ['0.5', new Error('0.5: say the unit, such as 0.5s or 0.5ms')],
    ['5000', new Error('5000: say the unit, such as 5000s or 5000ms')],
    [' 5 ', new Error(' 5 : say the unit, such as 5s or 5ms')],
    ['5x', new Error(`5x: ${AS}`)],
    ['5S', new Error(`5S: ${AS}`)],
    ['5M', new Error(`5M: ${AS}`)],
    ['-5s', new Error(`-5s: ${AS}`)],
    ['1e3ms', new Error(`1e3ms: ${AS}`)],
    ['.5s', new Error(`.5s: ${AS}`)],
    ['s', new Error(`s: ${AS}`)],
    ['1m30s', new Error(`1m30s: ${AS}`)],
    ['Infinity', new Error(`Infinity: ${AS}`)],
    ['25h', new Error('25h: must be at most 24h')],
    ['2147483648ms', new Error('2147483648ms: must be at most 24h')],
    ['99999999999999999999999s', new Error('99999999999999999999999s: must be at most 24h')],
  ]);
});

describe('a time-out is a time above nothing', () => {
  table(parseTimeout, [
    ['1ms', 1],
    ['0s', new Error('0s: no answer comes in no time; the default is 30s')],
    ['5', new Error('5: say the unit, such as 5s or 5ms')],
  ]);
});

describe('a threshold is a percentage', () => {
  table(parseThreshold, [
    ['99', 99],
    ['99.5', 99.5],
    ['99%', 99],
    ['0', 0],
    ['100', 100],
    ['1%', 1],
    ['0.99%', 0.99],
    ['0.99', new Error('0.99: say which it is, 0.99% or 99%')],
    ['0.995', new Error('0.995: say which it is, 0.995% or 99.5%')],
    ['1', new Error('1: say which it is, 1% or 100%')],
    ['1.0', new Error('1.0: say which it is, 1% or 100%')],
    ['100.1', new Error('100.1: must be a percentage from 0 to 100')],
    ['-1', new Error('-1: must be a percentage from 0 to 100')],
    ['1e2', new Error('1e2: must be a percentage from 0 to 100')],
    ['0x10', new Error('0x10: must be a percentage from 0 to 100')],
    ['NaN', new Error('NaN: must be a percentage from 0 to 100')],
    ['99,5', new Error('99,5: must be a percentage from 0 to 100')],
  ]);
});

const SAMPLE = 'must be a percentage above 0, at most 100, such as 1%';

describe('a sample is a percentage above nothing, written as a threshold is', () => {
  table(parsePart, [
    ['1%', 0.01],
    ['100%', 1],
    ['50%', 0.5],
    ['50', 0.5],
    ['5', 0.05],
    ['0.5%', 0.005],
    ['0.5', new Error('0.5: say which it is, 0.5% or 50%')],
    ['.5', new Error('.5: say which it is, 0.5% or 50%')],
    ['0.01', new Error('0.01: say which it is, 0.01% or 1%')],
    ['1', new Error('1: say which it is, 1% or 100%')],
    ['0', new Error(`0: ${SAMPLE}`)],
    ['0%', new Error(`0%: ${SAMPLE}`)],
    ['101%', new Error(`101%: ${SAMPLE}`)],
    ['-1%', new Error(`-1%: ${SAMPLE}`)],
  ]);
});

describe('a count is whole, and written in digits', () => {
  table(wholeFrom(1), [
    ['1', 1],
    ['252', 252],
    ['999999999999999', 999_999_999_999_999],
    ...['0', '-5', '5.0', '0x10', '+5', '5d', ' 5', 'five', '-1e3', '1,00', '1e', 'e3', '1.2.3e4'].map(
      (text): Case => [text, new Error(`${text}: must be a whole number of at least 1`)],
    ),
    ...(
      [
        ['1e3', '; scientific notation is not read: write 1000'],
        ['1.5E+2', '; scientific notation is not read: write 150'],
        ['1e-3', '; scientific notation is not read'],
        ['1e30', '; scientific notation is not read'],
        ['1e15', '; scientific notation is not read'],
        ['1,000', ', without signs between its digits: 1000'],
        ['12_000_000', ', without signs between its digits: 12000000'],
        ['9999999999999999', '; it has 16 digits, and 15 are the most'],
      ] as const
    ).map(([text, why]): Case => [text, new Error(`${text}: must be a whole number of at least 1${why}`)]),
  ]);
});

describe('a number of threads may be left to the program', () => {
  table(parseCount, [
    ['auto', 'auto'],
    ['8', 8],
    ...['0', '-1', 'many', '1.5', 'AUTO'].map((text): Case => [
      text,
      new Error(`${text}: must be "auto" or a whole number above 0`),
    ]),
    [
      '1e9',
      new Error(
        '1e9: must be "auto" or a whole number above 0; scientific notation is not read: write 1000000000',
      ),
    ],
  ]);
});

describe('a rate says in what time', () => {
  table(parseRates, [
    ['5/min', [{ requests: 5, perMs: 60_000 }]],
    ...['5', '5/', '/min', '5/5', '0/min', '5 per min', '-5/min'].map((text): Case => [
      text,
      new Error(`"${text}" is no rate; write it as 5/min, 100/10s, 30/h or 500/day`),
    ]),
  ]);
});

const INTERVALS = 'there is no such interval; there are 1m, 5m, 15m, 1h, 1d';

describe('an interval is one of five', () => {
  table(parseIntervals, [
    ['1d', ['1d']],
    ['1d, 5m', ['1d', '5m']],
    ['1day', new Error(`1day: ${INTERVALS}; did you mean 1d?`)],
    ['daily', new Error(`daily: ${INTERVALS}; did you mean 1d?`)],
    ['1D', new Error(`1D: ${INTERVALS}; did you mean 1d?`)],
    ['60m', new Error(`60m: ${INTERVALS}; did you mean 1h?`)],
    ['1H', new Error(`1H: ${INTERVALS}; did you mean 1h?`)],
    ['1M', new Error(`1M: ${INTERVALS}`)],
    ['1w', new Error(`1w: ${INTERVALS}`)],
    ['1d,', new Error(`: ${INTERVALS}`)],
  ]);
});

describe('a date is one that there is, year first', () => {
  table(checkDate, [
    ['2024-02-29', '2024-02-29'],
    ...[
      '2024-02-30',
      '2023-02-29',
      '2025-13-01',
      '01/02/2024',
      '2024-1-2',
      '20240102',
      '2024-01-02T00:00',
      'today',
    ].map((text): Case => [text, new Error(`"${text}" is not a date; write it as YYYY-MM-DD`)]),
  ]);
});

const NOW = 'is no instant; write it as 2026-11-20T22:00:00Z';

describe('an instant says its zone', () => {
  table(
    (name, text) => Math.round(parseClock(name, text)() / 1000),
    [
      ['2026-11-20T22:00:00Z', Date.UTC(2026, 10, 20, 22) / 1000],
      ['2026-11-20T22:00:00+01:00', Date.UTC(2026, 10, 20, 21) / 1000],
      ['2026-11-20 22:00Z', Date.UTC(2026, 10, 20, 22) / 1000],
      ['2026-11-20', Date.UTC(2026, 10, 20) / 1000],
      [
        '2026-11-20T22:00:00',
        new Error(
          '2026-11-20T22:00:00: say the zone: 2026-11-20T22:00:00Z, or with an offset such as +01:00',
        ),
      ],
      ['5', new Error(`5: ${NOW}`)],
      ['01/02/2024', new Error(`01/02/2024: ${NOW}`)],
      ['2026-02-30T00:00:00Z', new Error(`2026-02-30T00:00:00Z: ${NOW}`)],
      ['2026-11-20T25:00:00Z', new Error(`2026-11-20T25:00:00Z: ${NOW}`)],
      ['1795212000', new Error(`1795212000: ${NOW}`)],
      ['tomorrow', new Error(`tomorrow: ${NOW}`)],
      ['9999-01-01', new Error('9999-01-01: must lie between 1970 and 2100')],
    ],
  );
});

describe('a name that others read in a line', () => {
  table(checkName, [
    ['worker-1', 'worker-1'],
    ['Zürich 2', 'Zürich 2'],
    ['a\nb', new Error('a\\u{a}b: it must be without line ends and other control characters')],
    ['a\u001B[31m', new Error('a\\u{1b}[31m: it must be without line ends and other control characters')],
  ]);
});
