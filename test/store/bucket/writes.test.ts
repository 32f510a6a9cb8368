import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Blobs, Conflict } from '../../../src/store/parquet/files/blobs.ts';
import { fakeBucket } from './bucket-store.ts';
import type { FakeS3, Fault, Seen } from './fake-s3.ts';

const PATH = 'bars/interval=1d/ticker=AAPL/period=all/bars.parquet';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('writes of a bucket', () => {
  let s3: FakeS3;
  let blobs: Blobs;
  let open: () => Blobs;
  let close: () => Promise<void>;
  beforeEach(async () => {
    ({ s3, open, close } = await fakeBucket());
    blobs = open();
  });
  afterEach(() => close());

  /** Lets the first requests of a kind come to faults, one each. */
  function failFirst(method: string, faults: readonly Fault[]): void {
    const left = [...faults];
    s3.fault = (request) =>
      request.method === method && request.key.endsWith('bars.parquet') ? left.shift() : undefined;
  }

  const textAt = async (path: string): Promise<string | undefined> => {
    const file = await open().read(path);
    return file && new TextDecoder().decode(await file.slice(0, file.byteLength));
  };
  const puts = (): Seen[] => s3.seen.filter(({ method, key }) => method === 'PUT' && key.endsWith(PATH));

  it.each([
    ['500', { status: 500, code: 'InternalError' }],
    ['503', { status: 503, code: 'SlowDown' }],
    ['409', { status: 409, code: 'ConditionalRequestConflict' }],
    ['a broken connection', 'unheard'],
  ] as const)('are tried again after %s', async (_, fault) => {
    failFirst('PUT', [fault, fault]);
    const version = await blobs.put(PATH, bytesOf('one'), { ifVersion: null });
    expect([await textAt(PATH), await open().version(PATH), puts().length]).toEqual(['one', version, 3]);
  });

  it('give up after so many attempts, in one line that names the server', async () => {
    s3.fault = ({ method }) => (method === 'PUT' ? { status: 503, code: 'SlowDown' } : undefined);
    const error = await blobs.put(PATH, bytesOf('one')).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'store-unusable', scope: 'run' });
    expect((error as Error).message).toContain(new URL(s3.endpoint).host);
    expect((error as Error).message).not.toContain('\n');
    expect([puts().length, await textAt(PATH)]).toEqual([5, undefined]);
  });

  it.each([
    ['that creates', null],
    ['that replaces', 'before'],
  ])('know their own %s where the answer was lost', async (_, before) => {
    const ifVersion = before === null ? null : ((await blobs.put(PATH, bytesOf(before))) ?? null);
    failFirst('PUT', ['lost']);
    const version = await blobs.put(PATH, bytesOf('one'), { ifVersion });
    expect([await textAt(PATH), await open().version(PATH)]).toEqual(['one', version]);
  });

  it('are no success where the answer was lost and somebody else wrote since', async () => {
    const ifVersion = await blobs.put(PATH, bytesOf('before'));
    s3.fault = async ({ method, key }) => {
      if (method !== 'PUT' || !key.endsWith(PATH)) return undefined;
      s3.fault = async () => {
        s3.fault = () => undefined;
        await open().put(PATH, bytesOf('theirs'));
        return undefined;
      };
      return 'lost';
    };
    await expect(blobs.put(PATH, bytesOf('ours'), { ifVersion })).rejects.toThrow(Conflict);
    expect(await textAt(PATH)).toBe('theirs');
  });

  it('are conflicts where something else is there than was seen', async () => {
    const first = await blobs.put(PATH, bytesOf('one'), { ifVersion: null });
    await expect(blobs.put(PATH, bytesOf('two'), { ifVersion: null })).rejects.toThrow(Conflict);
    await blobs.put(PATH, bytesOf('two'), { ifVersion: first });
    await expect(blobs.put(PATH, bytesOf('three'), { ifVersion: first })).rejects.toThrow(Conflict);
    await expect(blobs.remove(PATH, { ifVersion: first })).rejects.toThrow(Conflict);
    expect(await textAt(PATH)).toBe('two');
  });

  // `printf one | sha256sum`, `printf one | openssl md5 -binary | base64`.
  it('carry the digests by which the server refuses other bytes', async () => {
    await blobs.put(PATH, bytesOf('one'));
    const [put] = puts();
    expect([put?.headers['x-amz-content-sha256'], put?.headers['content-md5']]).toEqual([
      '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed',
      '+XxdKZQb+xsv2rCHSQargg==',
    ]);
  });

  it('removes just what was seen, though another one came between the look and the removal', async () => {
    await blobs.put(PATH, bytesOf('old'));
    s3.fault = async ({ method }) => {
      if (method !== 'DELETE') return undefined;
      s3.fault = () => undefined;
      await open().put(PATH, bytesOf('new'));
      return undefined;
    };
    await expect(blobs.remove(PATH)).rejects.toThrow(Conflict);
    expect(await textAt(PATH)).toBe('new');
  });

  it('move by a copy that is there before the original goes', async () => {
    await blobs.put(PATH, bytesOf('one'));
    s3.fault = ({ method }) => (method === 'DELETE' ? { status: 403, code: 'AccessDenied' } : undefined);
    await expect(blobs.move(PATH, 'quarantine/aside')).rejects.toMatchObject({ code: 'store-unusable' });
    expect([await textAt(PATH), await textAt('quarantine/aside')]).toEqual(['one', 'one']);
    s3.fault = () => undefined;
    await blobs.move(PATH, 'quarantine/aside');
    expect([await textAt(PATH), await textAt('quarantine/aside')]).toEqual([undefined, 'one']);
  });

  it('take each a name of their own', async () => {
    const paths = await Promise.all(
      ['a', 'b', 'c'].map((text) => open().add('quarantine/x', '.json', bytesOf(text))),
    );
    expect(paths.toSorted()).toEqual([1, 2, 3].map((n) => `quarantine/x-${n}.json`));
    expect(new Set(await Promise.all(paths.map(textAt)))).toEqual(new Set(['a', 'b', 'c']));
  });

  describe('of what is large', () => {
    const large = new Uint8Array(40 * 1024 * 1024).map((_, i) => i % 251);

    it('go up in parts, under the same condition, and are known though the answer was lost', async () => {
      const left: Fault[] = ['lost'];
      s3.fault = ({ method, query }) =>
        method === 'POST' && query.has('uploadId') ? left.shift() : undefined;
      const version = await blobs.put(PATH, large, { ifVersion: null });
      const file = await open().read(PATH);
      expect([file?.version, file?.byteLength]).toEqual([version, large.length]);
      expect(Buffer.compare(new Uint8Array(await file!.slice(0, large.length)), large)).toBe(0);
      expect(puts().length).toBe(3);
      await expect(blobs.put(PATH, large, { ifVersion: null })).rejects.toThrow(Conflict);
      expect(s3.uploads.size).toBe(0);
    });

    it('leave nothing where they do not come to their end', async () => {
      s3.fault = ({ query }) =>
        query.get('partNumber') === '2' ? { status: 403, code: 'AccessDenied' } : undefined;
      await expect(blobs.put(PATH, large)).rejects.toMatchObject({ code: 'store-unusable' });
      expect([s3.uploads.size, await textAt(PATH)]).toEqual([0, undefined]);
    });

    it('come part by part where nobody holds them whole', async () => {
      const part = large.subarray(0, 9 * 1024 * 1024);
      await blobs.putInParts('staging/x.slice', async (append) => {
        for (let n = 0; n < 4; n++) await append(part);
      });
      const file = await open().read('staging/x.slice');
      expect(file?.byteLength).toBe(4 * part.length);
      const last = new Uint8Array(await file!.slice(3 * part.length, 4 * part.length));
      expect(Buffer.compare(last, part)).toBe(0);
    });
  });
});
