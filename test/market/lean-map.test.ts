import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatDay } from '../../src/core/session/day.ts';
import { readLeanMap } from '../../src/market/csv/lean-map.ts';
import { realData } from '../realdata.ts';
import { REAL_DATA, describeWith } from '../needs.ts';

/** Renames as `OLD>NEW FIRST..LAST`, both inclusive. */
function read(path: string): string[] {
  return readLeanMap(path).map(
    ({ from, to, start, end }) => `${from}>${to} ${start && formatDay(start)}..${end && formatDay(end - 1)}`,
  );
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backfill-map-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.join('\n'));
  return path;
}

describe('a map file', () => {
  it('tells of each stretch under another ticker, both days inclusive', () => {
    const path = file('ccc.csv', '20010102,aaa,N', '20050630,aaa,N', '20100104,bbb,Q', '20501231,ccc,Q');
    expect(read(path)).toEqual(['AAA>CCC 2001-01-02..2005-06-30', 'BBB>CCC 2005-07-01..2010-01-04']);
  });

  it('tells of a ticker that was left and taken up again', () => {
    const path = file('aa.csv', '20010102,aa', '20050630,aa', '20100104,bb', '20501231,aa');
    expect(read(path)).toEqual(['BB>AA 2005-07-01..2010-01-04']);
  });

  it('joins rows of the same ticker, which only changed its exchange', () => {
    const path = file('b.csv', '20010102,a,N', '20030102,a,N', '20050103,a,Q', '20501231,b,Q');
    expect(read(path)).toEqual(['A>B 2001-01-02..2005-01-03']);
  });

  it('tells of nothing where the ticker never changed', () => {
    expect(read(file('same.csv', '20010102,same,N', '20501231,same,N'))).toEqual([]);
  });

  it('is read in our spelling of share classes', () => {
    const path = file('tap.a.csv', '20050209,tapa,N', '20121231,tapa,N', '20501231,tap.a,N');
    expect(read(path)).toEqual(['TAPA>TAP-A 2005-02-09..2012-12-31']);
  });

  it.each([
    ['order.csv', '20050102,old\n20050102,order', 'line 2: 2005-01-02 is not after the row before'],
    ['date.csv', '2005-01-02,date', 'line 1: "2005-01-02,date" is not yyyyMMdd,ticker,exchange'],
    ['day.csv', '20050231,day', 'line 1: "2005-02-31" is not a date'],
    ['what.csv', '20050102,wh at', 'line 1: "wh at" is not a ticker'],
    ['long.csv', '20050102,long,N,1', 'is not yyyyMMdd,ticker,exchange'],
    ['empty.csv', '', 'empty.csv: is empty'],
    [
      'fb.csv',
      '20120518,fb\n20501231,meta',
      'is named after FB, but its last ticker is META: rename the file',
    ],
    ['twx.1.csv', '19980102,twx\n20010111,twx', 'is of an earlier instrument that was called TWX'],
    ['no ticker.csv', '20050102,a', '"no ticker" is not a ticker'],
  ])('%s that cannot be meant is one line with the file and what is wrong', (name, text, message) => {
    const path = file(name, text);
    expect(() => readLeanMap(path)).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => readLeanMap(path)).toThrow(message);
    expect(() => readLeanMap(path)).toThrow(path);
  });

  it('that is not there is one line', () => {
    expect(() => readLeanMap(join(folder, 'absent.csv'))).toThrow('absent.csv: cannot be read');
  });
});

describeWith(REAL_DATA)('real map files', () => {
  it.each([
    ['fb', []],
    ['qqq', ['QQQQ>QQQ 2004-12-01..2011-03-22']],
    ['spwr', ['SPWRA>SPWR 2008-09-30..2011-11-16']],
    ['tap.a', ['TAPA>TAP-A 2005-02-09..2012-12-31']],
    ['tfcfa', ['NWSA>TFCFA 2004-11-12..2013-06-28', 'FOXA>TFCFA 2013-06-29..2019-03-18']],
    ['twx', ['AOL>TWX 1998-01-02..2003-10-15']],
    ['vxx', ['VXXB>VXX 2018-01-18..2019-05-01']],
    ['wm', ['UW>WM 1998-01-02..1998-07-16', 'WMI>WM 1998-07-17..2009-08-04']],
  ])('%s', (name, renames) => {
    expect(read(realData(`corporate-actions/map_files/${name}.csv`))).toEqual(renames);
  });
});
