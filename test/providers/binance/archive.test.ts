import { createHash } from 'node:crypto';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { afterEach, describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { LACKING, MARCH, THREE_WEEKS, ask, asking, expectTrue, gone } from './archived-market.ts';
import { type Between, closeAll } from './serving.ts';

afterEach(closeAll);

describe('a month of minutes', () => {
  it.each([
    ['2024-12', '2024-12-01', '2024-12-31'],
    ['2025-01', '2025-01-01', '2025-01-31'],
  ])('of %s is two requests, in whatever unit its stamps are', async (month, first, last) => {
    const request = asking(first, last, '1m');
    const [answer, asked] = await ask(request);
    expect(asked).toEqual([`${month}.zip.CHECKSUM`, `${month}.zip`]);
    expect(answer.bars.length).toBe(44_640);
    expectTrue(answer, request);
    expect(answer.notRead).toBeUndefined();
  });

  it('is read as far as it was asked for, and goes on in pages where no file is there yet', async () => {
    const request = asking('2026-10-30', '2026-11-02', '1m');
    const [answer, asked] = await ask(request);
    expect(asked).toEqual(['2026-10.zip.CHECKSUM', '2026-10.zip', 'page', 'page', 'page']);
    expectTrue(answer, request);
  });

  it('has in the file what it has in pages', async () => {
    const [ofFile, inFile] = await ask(THREE_WEEKS);
    const [ofPages, inPages] = await ask(THREE_WEEKS, { reply: gone });
    expect([inFile.length, inPages.length]).toEqual([2, 4]);
    expect(ofPages).toEqual({ ...ofFile, notRead: [LACKING] });
  });
});

const isZip = (path: string): boolean => /\.zip(\?|$)/.test(path);

describe('a file of the archive', () => {
  it('with other bytes than its digest says is read again with its digest, past what keeps copies', async () => {
    const [answer, asked] = await ask(THREE_WEEKS, {
      reply: ({ body }, path) => (path.endsWith('.zip') ? { body: turned(body) } : {}),
    });
    expect(asked).toEqual([
      ...['2024-03.zip.CHECKSUM', '2024-03.zip'],
      ...['2024-03.zip.CHECKSUM?again=1', '2024-03.zip?again=1'],
    ]);
    expectTrue(answer, THREE_WEEKS);
    expect(answer.notRead).toBeUndefined();
  });

  const file = "PSDOUSDT-15m-2024-03.zip of Binance's archive, tried twice: ";
  const csv = 'PSDOUSDT-15m-2024-03.csv';

  it.each([
    ['with other bytes even then', turned, 'its bytes are not those of its .CHECKSUM'],
    ['that is cut', (zip: Buffer) => zip.subarray(0, -9), 'its bytes are not those of its .CHECKSUM'],
  ])('%s is named, and asked of the API', async (_, change, why) => {
    const [answer, asked] = await ask(THREE_WEEKS, {
      reply: ({ body }, path) => (isZip(path) ? { body: change(body) } : {}),
    });
    expect(asked).toEqual([
      ...['2024-03.zip.CHECKSUM', '2024-03.zip'],
      ...['2024-03.zip.CHECKSUM?again=1', '2024-03.zip?again=1'],
      ...['page', 'page', 'page'],
    ]);
    expectTrue(answer, THREE_WEEKS);
    expect(answer.notRead).toEqual([`${file}${why}; its days were asked of the API`]);
  });

  it.each([
    ['no zip', () => strToU8('PK'), 'it does not unpack (its end is missing)'],
    [
      'another file',
      (text: string) => zipped({ 'BTCUSDT-15m-2024-03.csv': text }),
      `there is no ${csv} in it`,
    ],
    [
      'more than a month is',
      () => zipSync({ [csv]: new Uint8Array(65 * 2 ** 20) }, { level: 1 }),
      `it does not unpack (its ${csv} is 68157440 bytes, more than 67108864)`,
    ],
    ['a page', () => zipped({ [csv]: '<html>' }), 'it has the open time "<html>", which is no number'],
    [
      'a price that is none',
      (text: string) => zipped({ [csv]: text.replaceAll(/^(\d+),[\d.]+/gm, '$1,x') }),
      'it has the open "x", which is no number',
    ],
  ])('that holds %s, as its digest says, is named, and asked of the API', async (_, made, why) => {
    const served = whatIsServed((text) => made(text));
    const [answer] = await ask(THREE_WEEKS, served);
    expectTrue(answer, THREE_WEEKS);
    expect(answer.notRead).toEqual([`${file}${why}; its days were asked of the API`]);
  });

  it.each(['', '<html>', `${'0'.repeat(64)}  BTCUSDT-15m-2024-03.zip`])(
    'with the digest %j is named, and asked of the API',
    async (body) => {
      const [answer, asked] = await ask(THREE_WEEKS, {
        reply: (_, path) => (path.includes('.CHECKSUM') ? { body: Buffer.from(body) } : {}),
      });
      expect(asked.slice(0, 3)).toEqual(['2024-03.zip.CHECKSUM', '2024-03.zip.CHECKSUM?again=1', 'page']);
      expectTrue(answer, THREE_WEEKS);
      expect(answer.notRead).toEqual([
        `${file}its .CHECKSUM is no digest of it; its days were asked of the API`,
      ]);
    },
  );

  it('may have a digest with a line end, in capitals, or of a binary', async () => {
    for (const form of [
      (text: string) => `${text}\n`,
      (text: string) => text.replace(/^[0-9a-f]+/, (hex) => hex.toUpperCase()),
      (text: string) => text.replace('  ', ' *'),
    ]) {
      const [answer, asked] = await ask(THREE_WEEKS, {
        reply: ({ body }, path) =>
          path.includes('.CHECKSUM') ? { body: Buffer.from(form(body.toString())) } : {},
      });
      expect(asked).toHaveLength(2);
      expectTrue(answer, THREE_WEEKS);
    }
  });

  it('may have a heading and the line ends of Windows', async () => {
    const [answer] = await ask(
      THREE_WEEKS,
      whatIsServed((text) =>
        zipped({
          [csv]: `open_time,open,high,low,close,volume,close_time\n${text}`.replaceAll('\n', '\r\n'),
        }),
      ),
    );
    expectTrue(answer, THREE_WEEKS);
    expect(answer.notRead).toBeUndefined();
  });

  it('that lacks days has them asked of the API, and is believed for minutes that are not there', async () => {
    const day = (text: string): number => parseDay(text) * 86_400_000;
    const isLost = (ts: number): boolean =>
      (ts >= day('2024-03-09') && ts < day('2024-03-11')) || ts === day('2024-03-20') + 900_000;
    const lossy = whatIsServed((text) =>
      zipped({
        [csv]: text
          .split('\n')
          .filter((line) => !isLost(Number(line.slice(0, 13))))
          .join('\n'),
      }),
    );
    const [answer, asked] = await ask(MARCH, lossy);
    expect(asked).toEqual(['2024-03.zip.CHECKSUM', '2024-03.zip', 'page']);
    expect(answer.bars.length).toBe(31 * 96 - 1);
    expect(answer.proven).toEqual(MARCH.range);
    expect([...answer.bars.ts]).toContain(day('2024-03-10'));
    expect([...answer.bars.ts]).not.toContain(day('2024-03-20') + 900_000);
  });
});

function turned(zip: Buffer): Buffer {
  const other = Buffer.from(zip);
  other[other.length >> 1] = (other[other.length >> 1] ?? 0) ^ 1;
  return other;
}

function zipped(files: Readonly<Record<string, string>>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));
}

/** Another zip in place of the file, made of its text, and the digest of that. The time in it is the same for both. */
function whatIsServed(made: (text: string) => Uint8Array): Between {
  let zip = Buffer.alloc(0);
  return {
    path: (path) => path.replace('.CHECKSUM', ''),
    reply: ({ body }, path) => {
      if (!path.startsWith('/data/')) return {};
      if (path.includes('.CHECKSUM')) {
        const [text = new Uint8Array()] = Object.values(unzipSync(body));
        zip = Buffer.from(made(strFromU8(text)));
        const digest = createHash('sha256').update(zip).digest('hex');
        return { body: Buffer.from(`${digest}  PSDOUSDT-15m-2024-03.zip`) };
      }
      return { body: zip };
    },
  };
}
