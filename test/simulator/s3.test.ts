import { createHash, createHmac } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Listing } from '../../src/market/market.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { changed } from '../../src/simulator/own-wire.ts';
import { FLAT_KEYS } from '../../src/simulator/polygon/keys.ts';
import { signerOf } from '../../src/simulator/s3/signature.ts';
import { NOW, start, stopAll } from './running.ts';

// NOW is a Friday before the open, 07:00 in New York.

afterEach(stopAll);

const EMPTY = createHash('sha256').update('').digest('hex');

describe('a signature', () => {
  // The examples in "Signature Calculations for the Authorization Header" of the documentation of Amazon S3.
  const headers = {
    host: 'examplebucket.s3.amazonaws.com',
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': '20130524T000000Z',
  };
  const credential = 'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request';
  const ofObject = {
    ...{ method: 'GET', path: '/test.txt', query: new URLSearchParams() },
    headers: {
      ...{ ...headers, range: 'bytes=0-9' },
      authorization: `${credential},SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41`,
    },
  };
  const ofListing = {
    ...{ method: 'GET', path: '/', query: new URLSearchParams('prefix=J&max-keys=2') },
    headers: {
      ...headers,
      authorization: `${credential},SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7`,
    },
  };
  const secretOf = (key: string): string | undefined =>
    key === 'AKIAIOSFODNN7EXAMPLE' ? 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' : undefined;

  it('is that of the examples of its documentation', () => {
    for (const request of [ofObject, ofListing])
      expect(signerOf(request, secretOf)).toEqual({ accessKey: 'AKIAIOSFODNN7EXAMPLE' });
  });

  it('is of the whole request', () => {
    for (const other of [
      { ...ofObject, method: 'PUT' },
      { ...ofObject, path: '/test.csv' },
      { ...ofObject, query: new URLSearchParams('x=') },
      { ...ofObject, headers: { ...ofObject.headers, range: 'bytes=0-10' } },
      { ...ofObject, headers: { ...ofObject.headers, host: 'example.com' } },
    ])
      expect(signerOf(other, secretOf)).toEqual({ refused: 'SignatureDoesNotMatch' });
    expect(signerOf(ofObject, () => undefined)).toEqual({ refused: 'InvalidAccessKeyId' });
    expect(signerOf({ ...ofObject, headers }, secretOf)).toEqual({ refused: 'AccessDenied' });
  });
});

interface Keys {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** What the simulator says to a signed GET; `path`: with a query whose names and values are sorted and need no other signs. */
async function said(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  { accessKey, secretKey }: Keys = FLAT_KEYS.advanced,
): Promise<Response> {
  const date = '20261120T120000Z';
  const scope = `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const names = 'host;x-amz-content-sha256;x-amz-date';
  const [key = '', query = ''] = path.split('?');
  const canonical = `GET\n${key}\n${query.replaceAll('/', '%2F')}\nhost:${new URL(url).host}\nx-amz-content-sha256:${EMPTY}\nx-amz-date:${date}\n\n${names}\n${EMPTY}`;
  const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
  const sign = (by: string | Buffer, part: string): Buffer => createHmac('sha256', by).update(part).digest();
  const [day = '', region = '', service = '', end = ''] = scope.split('/');
  const signing = sign(sign(sign(sign(`AWS4${secretKey}`, day), region), service), end);
  const signature = sign(signing, text).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  const signed = { 'x-amz-date': date, 'x-amz-content-sha256': EMPTY, authorization };
  return fetch(`${url}${path}`, { headers: { ...signed, ...headers } });
}

const file = (date: string, table = 'us_stocks_sip/day_aggs_v1'): string =>
  `/flatfiles/${table}/${date.slice(0, 4)}/${date.slice(5, 7)}/${date}.csv.gz`;

const unpacked = async (answer: Response): Promise<string> =>
  gunzipSync(Buffer.from(await answer.arrayBuffer())).toString();

const codeOf = async (answer: Response): Promise<unknown[]> => [
  answer.status,
  /<Code>(\w+)<\/Code>/.exec(await answer.text())?.[1] ?? '',
];

describe('the bucket of polygon', () => {
  it('has a file of what was traded on a day, in its order of columns and stamps in ns', async () => {
    const { url } = await start({ wire: 'polygon' });
    const answer = await said(url, file('2026-11-18'));
    expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, null]);
    const [heading, ...lines] = (await unpacked(answer)).trim().split('\n');
    expect(heading).toBe('ticker,volume,open,close,high,low,window_start,transactions');
    const day = Date.parse('2026-11-18T00:00:00Z') / 86_400_000;
    const [row] = sampleMarket().rows('ALFA', '1d', { from: day, to: day + 1 });
    expect(lines.find((line) => line.startsWith('ALFA,'))).toBe(
      [
        ...['ALFA', row?.volume, row?.open, row?.close, row?.high, row?.low],
        ...[`${Date.parse('2026-11-18T05:00:00Z')}000000`, row?.trades ?? ''],
      ].join(','),
    );
    const symbols = lines.map((line) => line.split(',')[0] ?? '');
    expect(symbols).toEqual([...new Set(symbols)].toSorted());
    // Of shares alone.
    expect(symbols.filter((symbol) => symbol.includes(':'))).toEqual([]);
  });

  it('has no volume of an index, whose days begin in Chicago', async () => {
    const market = sampleMarket();
    const listing = { ...(market.listing('ALFA') as Listing), ticker: '^GSPC' };
    const ofIndices = changed(market, {
      tickers: () => ['^GSPC'],
      listing: (ticker) => (ticker === '^GSPC' ? listing : undefined),
      rows: (_, interval, range) => market.rows('ALFA', interval, range),
    });
    const { url } = await start({ wire: 'polygon', market: ofIndices });
    const answer = await said(url, file('2026-11-18', 'us_indices/day_aggs_v1'));
    const [heading, line = ''] = (await unpacked(answer)).split('\n');
    expect(heading).toBe('ticker,open,close,high,low,window_start');
    expect(line).toMatch(/^I:SPX(,[\d.]+){4},\d{19}$/);
    expect(line.endsWith(`${Date.parse('2026-11-18T06:00:00Z')}000000`)).toBe(true);
  });

  it('has a file as soon as its day is over in New York, and another edition of it from 11:00 on', async () => {
    const editions: Response[] = [];
    for (const at of ['04:59', '05:00', '15:59', '16:00']) {
      const { url } = await start({ wire: 'polygon', now: () => Date.parse(`2026-11-20T${at}:00Z`) });
      editions.push(await said(url, file('2026-11-19')));
    }
    expect(editions.map(({ status }) => status)).toEqual([404, 200, 200, 200]);
    const [, first, second, last] = editions as [Response, Response, Response, Response];
    const etag = (of: Response): string | null => of.headers.get('etag');
    expect(etag(second)).toBe(etag(first));
    expect(etag(last)).not.toBe(etag(first));
    expect(last.headers.get('last-modified')).toBe('Fri, 20 Nov 2026 16:00:00 GMT');
    // What is in it is the same.
    expect(await unpacked(last)).toBe(await unpacked(first));
  });

  it('gives the rest of a file, as long as that is the same', async () => {
    const { url } = await start({ wire: 'polygon' });
    const whole = await said(url, file('2026-11-18'));
    const bytes = Buffer.from(await whole.arrayBuffer());
    const match = { 'if-match': whole.headers.get('etag') ?? '' };
    const rest = await said(url, file('2026-11-18'), { ...match, range: 'bytes=100-' });
    expect([rest.status, rest.headers.get('content-range')]).toEqual([
      206,
      `bytes 100-${bytes.length - 1}/${bytes.length}`,
    ]);
    expect(Buffer.from(await rest.arrayBuffer())).toEqual(bytes.subarray(100));
    expect(await codeOf(await said(url, file('2026-11-18'), { 'if-match': '"other"' }))).toEqual([
      412,
      'PreconditionFailed',
    ]);
    const beyond = await said(url, file('2026-11-18'), { range: `bytes=${bytes.length}-` });
    expect(await codeOf(beyond)).toEqual([416, 'InvalidRange']);
  });

  it('lists the files of a month, page by page, with what they are', async () => {
    const { url } = await start({ wire: 'polygon' });
    const prefix = 'us_stocks_sip/day_aggs_v1/2026/11/';
    const keys: string[] = [];
    let token = '';
    let pages = 0;
    do {
      const body = await (
        await said(url, `/flatfiles/?${token}list-type=2&max-keys=5&prefix=${prefix}`)
      ).text();
      keys.push(...[...body.matchAll(/<Key>([^<]*)/g)].map(([, key = '']) => key));
      const next = /<NextContinuationToken>([^<]*)/.exec(body)?.[1];
      expect(body.includes('<IsTruncated>true</IsTruncated>')).toBe(next !== undefined);
      token = next === undefined ? '' : `continuation-token=${encodeURIComponent(next)}&`;
      pages++;
      if (pages === 1) {
        const first = await said(url, file('2026-11-02'));
        const size = (await first.arrayBuffer()).byteLength;
        expect(body).toContain(`<ETag>${first.headers.get('etag')?.replaceAll('"', '&quot;')}</ETag>`);
        expect(body).toContain(`<Size>${size}</Size>`);
      }
    } while (token !== '');
    // Thursday the nineteenth is the last that is over.
    const sessions = [2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19];
    expect(keys).toEqual(sessions.map((day) => `${prefix}2026-11-${String(day).padStart(2, '0')}.csv.gz`));
    expect(pages).toBe(3);
  });

  it('lets every plan list, and gives none of its files to the smallest, nor what is too old for another', async () => {
    const { url } = await start({ wire: 'polygon' });
    const listing = '/flatfiles/?list-type=2&prefix=us_stocks_sip/day_aggs_v1/2026/11/';
    for (const [keys, path, is] of [
      [FLAT_KEYS.free, listing, 200],
      [FLAT_KEYS.free, file('2026-11-18'), 403],
      [FLAT_KEYS.starter, file('2021-11-22'), 200],
      [FLAT_KEYS.starter, file('2021-11-19'), 403],
      [FLAT_KEYS.advanced, file('2021-11-19'), 200],
    ] as const)
      expect((await said(url, path, {}, keys)).status, `${keys.accessKey} ${path}`).toBe(is);
    // As recorded.
    expect(await codeOf(await said(url, file('2026-11-18'), {}, FLAT_KEYS.free))).toEqual([403, '']);
  });

  it('refuses others by name', async () => {
    const { url } = await start({ wire: 'polygon' });
    const path = file('2026-11-18');
    expect(await codeOf(await fetch(`${url}${path}`))).toEqual([403, 'AccessDenied']);
    const wrong = { ...FLAT_KEYS.advanced, secretKey: FLAT_KEYS.starter.secretKey };
    expect(await codeOf(await said(url, path, {}, wrong))).toEqual([403, 'SignatureDoesNotMatch']);
    const unknown = { ...FLAT_KEYS.advanced, accessKey: 'NOBODY' };
    expect(await codeOf(await said(url, path, {}, unknown))).toEqual([403, 'InvalidAccessKeyId']);
    for (const none of ['2026-11-14', '2026-11-20', '2026-13-01'])
      expect(await codeOf(await said(url, file(none)))).toEqual([404, 'NoSuchKey']);
    // Nothing of that was traded.
    const ofIndices = await said(url, file('2026-11-18', 'us_indices/day_aggs_v1'));
    expect(await codeOf(ofIndices)).toEqual([404, 'NoSuchKey']);
  });

  it('says that it is asked too fast as S3 does', async () => {
    const { url } = await start({ wire: 'polygon', limits: '1/min', now: () => NOW });
    await said(url, file('2026-11-18'));
    expect(await codeOf(await said(url, file('2026-11-18')))).toEqual([503, 'SlowDown']);
  });
});
