import { gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { HEADER, marketOf, stampsOf, thrown } from './folders.ts';
import { bothOf, linesOf, text, toldOf } from './stretches.ts';

const CSV = `${HEADER}\n2024-01-08,10,11,9,10.5,7\n`;
const OBJECT = '{"Meta Data": {"2. Symbol": "IBM"},\n "Time Series": {"2024-01-02": {"1. open": "1"}}}\n';
const PAGE = '\n<!DOCTYPE html>\n<html><body class="x">Sign in, "please"</body></html>\n';
const latin = (bytes: string): Uint8Array => Buffer.from(bytes, 'latin1');
const PARQUET = latin('PAR1\u0015\0\u0015"x"\n\u0004PAR1');
const ERROR = 'get the prices as CSV; it may tell of an error';

/** What is thrown for a file that is named after a ticker. */
function refusalOf(name: string, content: string | Uint8Array): string {
  const error = thrown(() => marketOf({ [name]: content }).intervals('IBM'));
  expect(error).toMatchObject({ code: 'usage' });
  const { message } = error as Error;
  expect(message).not.toContain('\n');
  return message.slice(message.indexOf(name));
}

describe('a file that is no CSV', () => {
  it.each([
    ['a JSON object', OBJECT, `is JSON, not CSV: ${ERROR}`],
    ['an empty one', ' { }', `is JSON, not CSV: ${ERROR}`],
    ['a list of them', '[\n  {"close": 1}]', `is JSON, not CSV: ${ERROR}`],
    ['a list of lists', '[[1499040000000,"0.01","0.8"]]', `is JSON, not CSV: ${ERROR}`],
    ['an empty list', '[]\n', `is JSON, not CSV: ${ERROR}`],
    ['JSON in lines, in UTF-16', Buffer.from(`\uFEFF${OBJECT}`, 'utf16le'), `is JSON, not CSV: ${ERROR}`],
    ['a page', PAGE, `is a web page (HTML), not CSV: ${ERROR}`],
    ['a page without a type', '<HTML>\n<p>Not found', `is a web page (HTML), not CSV: ${ERROR}`],
    ['XML', '<?xml version="1.0"?>\n<Error/>', `is XML, not CSV: ${ERROR}`],
    ['Parquet', PARQUET, 'is a Parquet file, not CSV: write it as CSV'],
    ['a zip file', zipSync({ 'IBM.csv': strToU8(CSV) }), 'is a zip file, not CSV: let its name end in .zip'],
    [
      'a workbook',
      zipSync({ '[Content_Types].xml': strToU8('x'), 'xl/workbook.xml': strToU8('x') }),
      'is a workbook of a spreadsheet, not CSV: save its sheet as CSV',
    ],
    [
      'an older workbook',
      latin('\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1\0\0'),
      'is a workbook of Excel, not CSV: save its sheet as CSV',
    ],
    ['zstd', latin('(\u00B5/\u00FD\u0004\0'), 'is a zstd file, not CSV: unpack it'],
    ['tar', `${'a'.repeat(257)}ustar`, 'is an archive of tar, not CSV: unpack it'],
    ['another program', 'x\u0001\u0002\n', 'is no text: get the prices as CSV'],
  ])('is told as what it is: %s', (_, content, message) => {
    expect(refusalOf('IBM.csv', content)).toBe(`IBM.csv: ${message}`);
  });

  it.each([
    ['IBM.csv.gz', gzipSync(OBJECT), `holds JSON, not CSV: ${ERROR}`],
    ['IBM.csv.gz', gzipSync(gzipSync(CSV)), 'holds a gzip file, not CSV: unpack it'],
    ['IBM.csv.gz', PARQUET, 'is a Parquet file, not CSV: write it as CSV'],
    ['IBM.zip', PARQUET, 'is a Parquet file, not CSV: write it as CSV'],
    ['IBM.zip', gzipSync(CSV), 'is packed by gzip, and no zip file: let its name end in .gz'],
    ['IBM.zip', zipSync({ 'IBM.csv': strToU8(PAGE) }), `holds a web page (HTML), not CSV: ${ERROR}`],
    ['IBM.zip', latin('PK\u0003\u0004cut'), 'is no whole zip file (its end is missing): get it again'],
  ])('is told so too where it is packed, or should be: %s', (name, content, message) => {
    expect(refusalOf(name, content)).toBe(`${name}: ${message}`);
  });

  it('is told so where its name is no ticker, and as splits and dividends', () => {
    const market = marketOf({
      'IBM.csv': CSV,
      'prices.csv': OBJECT,
      'quotes.csv': PARQUET,
      'actions.csv': PAGE,
    });
    expect(market.notes).toEqual([
      `not read: prices.csv (is JSON, not CSV: ${ERROR})`,
      'not read: quotes.csv (is a Parquet file, not CSV: write it as CSV)',
    ]);
    expect(() => market.actions('IBM')).toThrow(`actions.csv: is a web page (HTML), not CSV: ${ERROR}`);
  });

  it('is told so however long it is', () => {
    const json = `[${'[1,2,3],\n'.repeat(1000)}[]]`;
    const parquet = latin(`PAR1\n${'x\n'.repeat(2000)}`);
    for (const [content, what] of [
      [json, 'JSON'],
      [parquet, 'a Parquet file'],
    ] as const) {
      const told = bothOf({ 'IBM.csv': content }).map((market) => toldOf(market, 'IBM'));
      expect(told[0]).toContain(`IBM.csv: is ${what}, not CSV`);
      expect(told[1]).toBe(told[0]);
    }
  });
});

describe('a CSV file', () => {
  it.each([
    '[Date],[Open],[High],[Low],[Close]',
    '<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>',
    '{date},open,high,low,close',
  ])('may have a header such as %s', (header) => {
    const error = thrown(() =>
      marketOf({ 'IBM.csv': `${header}\n2024-01-08,10,11,9,10.5\n` }).intervals('IBM'),
    );
    expect(String(error)).not.toContain('not CSV');
  });

  it('that is packed without saying so is looked into, however long it is', () => {
    const lines = linesOf().map((line, i) => `ETH-USD,${line}${(i * 7919) % 1000}`);
    const content = gzipSync(text(lines, 'ticker,time,open,high,low,close,volume'), { level: 0 });
    expect(content.length).toBeGreaterThan(2 ** 14);
    expect(stampsOf(marketOf({ 'prices.csv': content }), 'ETH-USD', '5m')).toHaveLength(lines.length);
  });
});
