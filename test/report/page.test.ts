import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, printable, tied, totalLine, widthOf, wrapped } from '../../src/report/page.ts';

const words = fc.array(
  fc.string({
    unit: fc.constantFrom('a', 'B', '7', '/', '.', '株', '한', 'é', '👍🏽'),
    minLength: 1,
    maxLength: 30,
  }),
);

describe('the width of a text', () => {
  it('is in columns of a terminal', () => {
    expect(['AAPL', '', '株式会社', 'e\u0301t\u00E9', '👍🏽', '\u001B[31mred\u001B[0m'].map(widthOf)).toEqual([
      4, 0, 8, 3, 2, 3,
    ]);
  });

  it('is kept when it is cut, by whole characters', () => {
    expect(cut('AAPL', 4)).toBe('AAPL');
    expect(cut('株式会社', 6)).toBe('株式…');
    expect(cut('株式会社', 8)).toBe('株式会社');
  });
});

describe('a text that is broken into lines', () => {
  it('fits, and loses nothing but the spaces at which it was broken', () => {
    fc.assert(
      fc.property(
        words,
        fc.integer({ min: 12, max: 80 }),
        fc.nat(4),
        fc.nat(4),
        (parts, columns, indent, hang) => {
          const text = parts.join(' ');
          const lines = wrapped(text, columns, { indent, hang });
          for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
          expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        },
      ),
    );
  });

  it('is broken behind slashes within a word that is too long', () => {
    expect(wrapped('bars/interval=1d/ticker=AAPL', 21, { indent: 2, hang: 2 })).toEqual([
      '  bars/interval=1d/',
      '    ticker=AAPL',
    ]);
  });

  it('is not broken where there are no columns', () => {
    expect(wrapped('a '.repeat(500).trim(), Infinity, { indent: 2, hang: 2 })).toHaveLength(1);
  });

  it('has nothing that moves a cursor', () => {
    expect(printable('one\n  two\u001B[2J\u0007')).toBe(String.raw`one two\u{1b}[2J\u{7}`);
  });

  it.each([0x1b, 0x9b, 0x61c, 0x200e, 0x200f, 0x202a, 0x202e, 0x2066, 0x2069])(
    'shows the character %i, which commands a terminal or turns what is read, escaped',
    (code) => {
      expect(printable(`a${String.fromCodePoint(code)}b`)).toBe(`a\\u{${code.toString(16)}}b`);
    },
  );

  it('keeps what others write with, and joins emojis by', () => {
    const text = 'Société שלום 東京 👨‍👩‍👧';
    expect(printable(text)).toBe(text);
  });
});

describe('a message that may be copied from', () => {
  it('parts no program from what it is to do', () => {
    expect(wrapped('if they are wrong: backfill forget AAPL', 28)).toEqual([
      'if they are wrong:',
      'backfill forget AAPL',
    ]);
    expect(wrapped('what is a good backfill for', 24)).toEqual(['what is a good backfill', 'for']);
  });

  it.each([
    [
      'stored ones are wrong: backfill forget BTC-USD --interval 5m, then run again',
      'backfill forget BTC-USD --interval 5m,',
    ],
    ['(backfill restore 20261120T211500Z-3f9a)', '(backfill restore 20261120T211500Z-3f9a)'],
    ['run backfill doctor --fix to mend 3', 'backfill doctor --fix'],
    [
      'fetch them by backfill --provider yahoo --tickers AAPL and see',
      'backfill --provider yahoo --tickers AAPL',
    ],
    [`or backfill${tied(" --store 'my prices'")} status; else`, "backfill --store 'my prices' status;"],
    ['see: check-data --issues tells which', 'check-data --issues'],
    ['backfill AAPL --days 252 fetches a year', 'backfill AAPL --days 252'],
    [
      `at once: backfill${tied(' --store c7')} forget ALFA --start 2024-06-03 --end 2024-06-28, else`,
      'backfill --store c7 forget ALFA --start 2024-06-03 --end 2024-06-28,',
    ],
  ])('keeps each command whole: %s', (text, command) => {
    for (const columns of [20, 24, 30, 40, 60])
      expect(wrapped(text, columns, { hang: 2 }).some((line) => line.includes(command))).toBe(true);
    // Twice, as what a report laid out is printed.
    const lines = wrapped(text, 40).flatMap((line) => wrapped(line, 40, { wholeWords: true }));
    expect(lines.join('\n')).toContain(command);
  });

  it('is broken between words, which stay whole however long, and so do commands', () => {
    const text = `wait for /srv/stores/prices/data; then: ${tied('backfill restore newest --store s')} again`;
    expect(wrapped(text, 20, { wholeWords: true })).toEqual([
      'wait for',
      '/srv/stores/prices/data;',
      'then:',
      'backfill restore newest --store s',
      'again',
    ]);
    expect(wrapped(text, Infinity, { wholeWords: true })).toEqual([text.replaceAll('\u00A0', ' ')]);
  });
});

describe('a line of totals', () => {
  const page = (columns: number) => ({ columns, isWhole: false, hasColours: false });

  it('is broken between numbers', () => {
    const line = 'Series: 62  Complete: 62  Expected: 15,624  Present: 13,721';
    expect(totalLine(line, page(59))).toEqual([line]);
    expect(totalLine(line, page(58))).toEqual([
      'Series: 62  Complete: 62  Expected: 15,624',
      'Present: 13,721',
    ]);
  });

  it('is broken within a sentence that is longer than the page', () => {
    expect(totalLine('Backfill ended, not complete: 3 failed', page(20))).toEqual([
      'Backfill ended, not',
      '  complete: 3 failed',
    ]);
  });
});
