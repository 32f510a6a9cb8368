import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainLines } from '../../../src/market/csv/plain-lines.ts';
import { csvLines } from '../../../src/market/csv/records.ts';

/** Lines as csv-parse gives them; undefined where it refuses the text. */
function parsedLines(text: string, delimiter: string): unknown {
  const lines: { readonly fields: readonly string[]; readonly number: number }[] = [];
  const note = (fields: readonly string[], number: number): null => {
    if (fields.some((field) => field !== '')) lines.push({ fields, number });
    return null;
  };
  try {
    parse(text, {
      ...{ bom: true, delimiter, skip_empty_lines: true, trim: true, relax_column_count: true },
      on_record: (fields: string[], info) => note(fields, info.lines),
    });
  } catch {
    return undefined;
  }
  return new Set(lines.map(({ fields }) => fields.length)).size > 1 ? undefined : lines;
}

const text = fc
  .tuple(
    fc.array(fc.array(fc.constantFrom('2024-01-02', '1.5', '', ' 7 ', '\t8', 'é', '-'), { maxLength: 4 })),
    fc.constantFrom(',', ';', '\t', '|'),
    fc.constantFrom('\n', '\r\n', '\r'),
    fc.constantFrom('', 'end', 'blank'),
  )
  .map(([rows, sign, end, last]) => {
    const width = rows[0]?.length ?? 0;
    const lines = rows.map((row) => row.slice(0, Math.max(width, 1)).join(sign));
    return { text: lines.join(end) + (last === '' ? '' : last === 'end' ? end : `${end} ${end}`), sign };
  });

describe('lines without a quote', () => {
  it('are cut as csv-parse cuts them, but for those of signs alone, with the numbers of their lines', () => {
    let cut = 0;
    fc.assert(
      fc.property(text, ({ text: body, sign }) => {
        const lines = plainLines(body, sign);
        if (lines !== undefined) cut++;
        expect(lines).toEqual(parsedLines(body, sign));
        const loose = plainLines(body, sign, { long: 0 });
        expect(loose?.map(({ fields, number }) => ({ fields, number }))).toEqual(lines);
      }),
      { seed: 5, numRuns: 2000 },
    );
    expect(cut).toBeGreaterThan(200);
  });

  it('begin behind a mark of the byte order, and need no end', () => {
    expect(plainLines('\uFEFFa,b\r\n\r\n1,\r\n2, 3', ',')).toEqual([
      { fields: ['a', 'b'], number: 1 },
      { fields: ['1', ''], number: 3 },
      { fields: ['2', '3'], number: 4 },
    ]);
  });

  it('of a long text are the same whenever they are looked at, in any order', () => {
    const lines = plainLines('a,b\n1,2\n\n3,4\n', ',', { skipped: 2, long: 16 }) ?? [];
    const seen = [0, 2, 1, 1, 0].map((i) => lines[i]).map((line) => [line?.number, line?.fields]);
    expect(seen).toEqual([
      [3, ['a', 'b']],
      [6, ['3', '4']],
      [4, ['1', '2']],
      [4, ['1', '2']],
      [3, ['a', 'b']],
    ]);
  });

  it('are left to csv-parse where one has a quote, or more or fewer fields than the first', () => {
    expect(plainLines('a,b\n"1",2', ',')).toBeUndefined();
    expect(plainLines('a,b\n1,2,3', ',')).toBeUndefined();
    expect(plainLines('a,b\n1', ',')).toBeUndefined();
  });
});

describe('lines below a preamble', () => {
  it.each([
    ['plain', '1,2'],
    ['quoted', '"1",2'],
  ])('keep the numbers that they have in the file where they are %s', (_, row) => {
    const lines = csvLines('x.csv', `# from somewhere\nsep=,\na,b\n${row}\n`);
    expect(lines.map(({ number }) => number)).toEqual([3, 4]);
  });
});

describe('a text that is too large for the heap', () => {
  const plain = 'a,b\n1,2\n'.repeat(100);
  const quotes = plain.replace('1', '"1"');

  it('is refused, with quotes sooner', () => {
    const cut = (lines: string, heap: number): number => csvLines('x.csv', lines, ',', heap).length;
    expect([cut(plain, 2401), cut(quotes, 6433)]).toEqual([200, 200]);
    const said =
      /x\.csv: is too large to be read at once \(1 MB of text, 1 MB of heap\): cut it into several/;
    expect(() => cut(plain, 2400)).toThrow(said);
    expect(() => cut(quotes, 6416)).toThrow(said);
    expect(() => cut(`${plain}1,2,3\n`, 6400)).toThrow(said);
  });
});
