import { afterEach, describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import type { BarAnswer, Provider } from '../../../src/providers/provider.ts';
import { OPEN_GATE } from '../../../src/providers/http/gate.ts';
import {
  type FileReply,
  type FileRequest,
  SECRETS,
  filesThatAnswer,
  listOf,
  packed,
  s3Error,
  stopFiles,
} from './flat-serving.ts';

afterEach(stopFiles);

const NOW = Date.parse('2026-11-20T17:00:00Z');

const MONTH = 'us_stocks_sip/day_aggs_v1/2026/11/';
const file = (date: string): string => `${MONTH}${date}.csv.gz`;

const week = {
  series: { ticker: 'AAPL', interval: '1d' },
  range: { from: parseDay('2026-11-17'), to: parseDay('2026-11-20') },
  now: NOW,
} as const;

const bar = (key: string): Buffer => {
  const date = key.slice(-17, -7);
  return packed([`AAPL,1,7,7,7,7,${Date.parse(`${date}T05:00:00Z`)}000000,1`]);
};

/** What becomes of a week of which every file is answered so, and every listing so. */
async function heard(reply: FileReply, listing: FileReply = { body: listOf([]) }): Promise<unknown> {
  const { provider } = await filesThatAnswer(({ key }) => (key === '' ? listing : reply));
  return provider.fetchBars(week).catch((error: unknown) => error);
}

describe('a refusal of a file', () => {
  it.each([
    ['InvalidAccessKeyId', 403, 'unauthorized', false],
    ['SignatureDoesNotMatch', 403, 'unauthorized', false],
    ['NoSuchBucket', 404, 'bad-answer', false],
    ['SlowDown', 503, 'throttled', true],
    ['ServiceUnavailable', 503, 'throttled', true],
    ['InternalError', 500, 'provider-fault', true],
    ['RequestTimeTooSkewed', 403, 'provider-fault', false],
    ['NeverHeardOf', 500, 'provider-fault', true],
    ['NeverHeardOf', 429, 'throttled', true],
  ] as const)('that says %s with %i is %s', async (code, status, is, retryable) => {
    const refused = { status, body: s3Error(code) };
    expect(await heard(refused, refused)).toMatchObject({ code: is, retryable });
  });

  it('says in its own words what it is, and names the variables of the keys', async () => {
    expect(await heard({ status: 403, body: s3Error('InvalidAccessKeyId') })).toMatchObject({
      message: `polygon answered 403 for ${file('2026-11-17')}: InvalidAccessKeyId InvalidAccessKeyId & more; POLYGON_API_KEY and POLYGON_S3_ACCESS_KEY and POLYGON_S3_SECRET_KEY in the environment or .env`,
      scope: 'run',
    });
  });

  it('says how long to wait', async () => {
    const reply = { status: 503, headers: { 'retry-after': '7' }, body: s3Error('SlowDown') };
    expect(await heard(reply)).toMatchObject({ code: 'throttled', retryAfterMs: 7000 });
  });

  it.each([
    ['nothing', ''],
    ['AccessDenied', s3Error('AccessDenied')],
  ])('that says %s beside a listing is of the plan', async (_, body) => {
    expect(await heard({ status: 403, body })).toMatchObject({
      ...{ code: 'not-entitled', retryable: false, scope: 'series' },
      message: `polygon lists its files and does not give ${file('2026-11-17')}: the plan has none, or none of that day; --tier says what the plan is`,
    });
  });

  it('of a listing too is of the keys', async () => {
    const none = { status: 403, body: '' };
    expect(await heard(none, none)).toMatchObject({ code: 'unauthorized', scope: 'run' });
  });

  it('is none of a page in between, which may pass', async () => {
    const page = { status: 404, body: '<html>nginx</html>' };
    expect(await heard(page, page)).toMatchObject({ code: 'provider-fault', retryable: true });
  });

  it('says no key where a server repeats them', async () => {
    const said: unknown[] = [];
    for (const status of [200, 400, 403, 404, 500]) {
      const { provider } = await filesThatAnswer(({ headers }) => ({
        ...{ status, body: `${JSON.stringify(headers)} ${SECRETS.secretKey}` },
      }));
      said.push(await provider.fetchBars(week).catch((error: unknown) => error));
    }
    expect(said).toHaveLength(5);
    for (const error of said) {
      expect(error).toBeInstanceOf(Error);
      for (const secret of Object.values(SECRETS)) expect(String(error)).not.toContain(secret);
    }
  });
});

describe('a file that is not there', () => {
  const without = (date: string, listing: (request: FileRequest) => FileReply) =>
    filesThatAnswer((request) => {
      if (request.key === '') return listing(request);
      return request.key === file(date)
        ? { status: 404, body: s3Error('NoSuchKey') }
        : { body: bar(request.key) };
    });
  const told = async (provider: Provider): Promise<Partial<BarAnswer>> => {
    const { bars, proven, unproven, whyUnproven } = await provider.fetchBars(week);
    expect([bars.length, proven]).toEqual([2, week.range]);
    return { ...(unproven && { unproven }), ...(whyUnproven !== undefined && { whyUnproven }) };
  };
  const days = (date: string) => [{ from: parseDay(date), to: parseDay(date) + 1 }];

  it('yet proves nothing of its session, and stops nothing', async () => {
    const { provider } = await without('2026-11-19', () => ({
      body: listOf([file('2026-11-17'), file('2026-11-18')]),
    }));
    expect(await told(provider)).toEqual({
      unproven: days('2026-11-19'),
      whyUnproven: 'polygon has no file of 2026-11-19 yet',
    });
  });

  it('though later ones are is told apart, by a listing of however many pages', async () => {
    const { provider, asked } = await without('2026-11-18', ({ query }) =>
      query.has('continuation-token')
        ? { body: listOf([file('2026-11-19')]) }
        : { body: listOf([file('2026-11-17')], 'on&amp;on+/=') },
    );
    expect(await told(provider)).toEqual({
      unproven: days('2026-11-18'),
      whyUnproven: 'polygon has no file of 2026-11-18, but of later days',
    });
    expect(asked.filter(({ key }) => key === '').map(({ query }) => Object.fromEntries(query))).toEqual([
      { 'list-type': '2', prefix: MONTH },
      { 'list-type': '2', prefix: MONTH, 'continuation-token': 'on&on+/=' },
    ]);
  });

  it('though it is listed is a fault that passes', async () => {
    const { provider } = await without('2026-11-18', () => ({ body: listOf([file('2026-11-18')]) }));
    await expect(provider.fetchBars(week)).rejects.toMatchObject({ code: 'provider-fault', retryable: true });
  });

  it.each([
    ['is none', '<html>'],
    ['is cut', listOf([file('2026-11-17')]).slice(0, -9)],
    ['goes on, and does not say where', listOf([], 'x').replace(/<Next.*Token>/, '')],
  ])('is not believed of a listing that %s', async (_, body) => {
    const { provider } = await without('2026-11-18', () => ({ body }));
    await expect(provider.fetchBars(week)).rejects.toMatchObject({ code: 'bad-answer', retryable: true });
  });

  it('is looked for once a month', async () => {
    const { provider, asked } = await filesThatAnswer(({ key }) =>
      key === '' ? { body: listOf([]) } : { status: 404 },
    );
    const { bars, unproven } = await provider.fetchBars(week);
    expect([bars.length, unproven]).toEqual([0, [week.range]]);
    expect(asked.map(({ key }) => key)).toEqual([
      file('2026-11-17'),
      '',
      file('2026-11-18'),
      file('2026-11-19'),
    ]);
  });
});

describe('many files that are not there', () => {
  it('are not all told of by name', async () => {
    const { provider } = await filesThatAnswer(({ key }) =>
      key === '' ? { body: listOf([]) } : { status: 404 },
    );
    const range = { from: parseDay('2026-11-09'), to: parseDay('2026-11-20') };
    const { whyUnproven } = await provider.fetchBars({ ...week, range });
    expect(whyUnproven).toBe(
      '2026-11-09 2026-11-10 2026-11-11'
        .split(' ')
        .map((date) => `polygon has no file of ${date} yet`)
        .join('; ')
        .concat(', nor of 6 more'),
    );
  });
});

describe('a connection that breaks', () => {
  const day = { ...week, range: { from: week.range.from, to: week.range.from + 1 } };
  const whole = packed(
    Array.from({ length: 4000 }, (_, i) => `X${i},${(i * 7919) % 10_007},${i},${(i * 31) % 997},7,7`)
      .concat('AAPL,1,7.5,7.5,7.5,7.5')
      .map((line) => `${line},${Date.parse('2026-11-17T05:00:00Z')}000000,1`),
  );
  /** A server that breaks off in the middle of the first answer, and then answers so. */
  const breaking = (etag: string | undefined, then: (request: FileRequest) => FileReply) => {
    let isFirst = true;
    return filesThatAnswer((request) => {
      if (!isFirst) return then(request);
      isFirst = false;
      return (response) => {
        const headers = { ...(etag !== undefined && { etag }), 'content-length': String(whole.length) };
        response.writeHead(200, headers).write(whole.subarray(0, 9000), () =>
          // What was written is to be read before.
          setTimeout(() => response.destroy(), 100),
        );
      };
    }, OPEN_GATE);
  };

  it('is taken up where it broke', async () => {
    const { provider, asked } = await breaking('"one"', ({ headers }) => {
      const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1]);
      expect([from > 0, headers['if-match']]).toEqual([true, '"one"']);
      const range = `bytes ${from}-${whole.length - 1}/${whole.length}`;
      return { status: 206, headers: { etag: '"one"', 'content-range': range }, body: whole.subarray(from) };
    });
    expect((await provider.fetchBars(day)).bars.close).toEqual(Float64Array.of(7.5));
    expect(asked.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=9000-']);
  });

  it.each([
    ['refuses', { status: 412, body: s3Error('PreconditionFailed') }],
    [
      'gives a part of another one',
      {
        status: 206,
        headers: { etag: '"two"', 'content-range': 'bytes 9000-9999/10000' },
        body: whole.subarray(9000),
      },
    ],
  ])('is begun again where the server %s, as the file was replaced', async (_, second) => {
    let times = 0;
    const other = bar(file('2026-11-17'));
    const { provider, asked } = await breaking('"one"', () =>
      times++ === 0 ? second : { headers: { etag: '"two"' }, body: other },
    );
    expect((await provider.fetchBars(day)).bars.close).toEqual(Float64Array.of(7));
    expect(asked.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=9000-', undefined]);
  });

  it('is begun again where the server gives all of it, or tells no ETag', async () => {
    for (const etag of ['"one"', undefined, 'W/"one"']) {
      const { provider, asked } = await breaking(etag, () => ({ headers: { etag: '"one"' }, body: whole }));
      expect((await provider.fetchBars(day)).bars.close).toEqual(Float64Array.of(7.5));
      expect(asked.at(-1)?.headers.range).toBe(etag === '"one"' ? 'bytes=9000-' : undefined);
    }
  });
});
