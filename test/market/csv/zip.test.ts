import { strFromU8, strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { csvFilesIn } from '../../../src/market/csv/zip.ts';

const TEXT = 'date,open,high,low,close,volume\n2018-02-07,159.54,160.1,159.2,159.54,51608580\n'.repeat(3);

const packed = (level: 0 | 6, name = 'AAPL.csv'): Uint8Array => zipSync({ [name]: strToU8(TEXT) }, { level });

/** The texts within, or `refused`. */
function textsIn(zip: Uint8Array): string[] | 'refused' {
  try {
    return [...csvFilesIn(zip).values()].map((bytes) => strFromU8(bytes));
  } catch {
    return 'refused';
  }
}

describe('a zip file', () => {
  it.each([0, 6] as const)('packed at level %d is read, whatever its comment', (level) => {
    const zip = packed(level);
    expect([...csvFilesIn(zip).keys()]).toEqual(['AAPL.csv']);
    expect(textsIn(zip)).toEqual([TEXT]);
    const commented = Uint8Array.of(...zip, 0x50, 0x4b, 0x05, 0x06, 0x20);
    commented[zip.length - 2] = 5;
    expect(textsIn(commented)).toEqual([TEXT]);
  });

  it('is not unpacked where a file says to be larger than may be', () => {
    for (const zip of [packed(0), packed(6)]) {
      expect([...csvFilesIn(zip, TEXT.length).keys()]).toEqual(['AAPL.csv']);
      expect(() => csvFilesIn(zip, TEXT.length - 1)).toThrow(
        `its AAPL.csv is ${TEXT.length} bytes, more than ${TEXT.length - 1}`,
      );
    }
  });

  it.each([0, 6] as const)(
    'packed at level %d never gives another text, whatever bit of it turned',
    (level) => {
      const zip = packed(level);
      let refused = 0;
      for (let bit = 0; bit < zip.length * 8; bit++) {
        const turned = zip.slice();
        turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7));
        const texts = textsIn(turned);
        if (texts === 'refused') refused++;
        else for (const text of texts) expect(text).toBe(TEXT);
      }
      expect(refused).toBeGreaterThan(zip.length * 2);
    },
  );

  it('is refused where it was cut, at any byte', () => {
    const zip = packed(6);
    for (let length = 0; length < zip.length; length++) expect(textsIn(zip.slice(0, length))).toBe('refused');
  });

  it('may hold what macOS puts beside its files, and names beyond ASCII', () => {
    const zip = zipSync({
      '__MACOSX/._AAPL.csv': strToU8('x'),
      'AÄ.csv': strToU8(TEXT),
      'notes.txt': strToU8('n'),
    });
    expect([...csvFilesIn(zip).keys()]).toEqual(['AÄ.csv']);
  });
});
