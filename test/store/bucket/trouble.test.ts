import { env } from 'node:process';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { NOON, temporaryFolder, update, WEEK } from '../fixtures.ts';
import { fakeBucket } from './bucket-store.ts';
import { type FakeS3, KEYS } from './fake-s3.ts';

describe('what a bucket refuses is said in one line', () => {
  let s3: FakeS3;
  let url: string;
  let close: () => Promise<void>;
  let before: NodeJS.ProcessEnv;
  beforeEach(async () => {
    before = { ...env };
    ({ s3, url, close } = await fakeBucket());
  });
  afterEach(async () => {
    await close();
    for (const name of Object.keys(env)) if (before[name] === undefined) Reflect.deleteProperty(env, name);
    Object.assign(env, before);
  });

  /** Of whoever wants to write. */
  async function refusal(store = url): Promise<string> {
    const error = await openStore(store)
      .acquire()
      .catch((thrown: Error & { code?: string }) => thrown);
    const { message, code } = error as Error & { code?: string };
    expect(['store-unusable', 'usage']).toContain(code);
    expect(message).not.toMatch(/\n|undefined/);
    expect(message).not.toContain(KEYS.secretAccessKey);
    return message;
  }

  it('with the server, the store and what to do: keys that it does not know', async () => {
    env['AWS_ACCESS_KEY_ID'] = 'AKNOBODY';
    const said = await refusal();
    expect(said).toContain('the store s3://lake/data');
    expect(said).toContain(new URL(s3.endpoint).host);
    expect(said).toMatch(/does not know the access key of AWS_ACCESS_KEY_ID.*\(403 InvalidAccessKeyId/);
  });

  it('a secret key that is another one', async () => {
    env['AWS_SECRET_ACCESS_KEY'] = 'another';
    expect(await refusal()).toMatch(
      /does not accept the signature; is the secret key.*\(403 SignatureDoesNotMatch/,
    );
  });

  it('a bucket that there is not', async () => {
    expect(await refusal(url.replace('//lake/', '//loke/'))).toMatch(/there is no such bucket; create it/);
  });

  it('no right to write, and none to read', async () => {
    s3.fault = ({ method }) => (method === 'PUT' ? { status: 403, code: 'AccessDenied' } : undefined);
    expect(await refusal()).toMatch(/have no right to write there; give them that right/);
    s3.fault = () => ({ status: 403, code: 'AccessDenied' });
    expect(await refusal()).toMatch(/have no right to (read|list) there/);
  });

  it('a server that is not there', async () => {
    await s3.close();
    expect(await refusal()).toMatch(/127\.0\.0\.1:\d+: nothing listens there; start the server/);
  });

  it('no keys at all, or none of a profile', async () => {
    const folder = await temporaryFolder();
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) Reflect.deleteProperty(env, name);
    env['AWS_SHARED_CREDENTIALS_FILE'] = `${folder.path}/credentials`;
    env['AWS_CONFIG_FILE'] = `${folder.path}/config`;
    expect(await refusal()).toMatch(
      /^no keys for s3:\/\/lake\/data.*: there are none; set AWS_ACCESS_KEY_ID/,
    );
    env['AWS_PROFILE'] = 'lake';
    expect(await refusal()).toContain('the profile lake has none');
    await writeFile(
      `${folder.path}/credentials`,
      `[default]\naws_access_key_id = AKNOBODY\naws_secret_access_key = x\n[lake]\naws_access_key_id = ${KEYS.accessKeyId}\naws_secret_access_key=${KEYS.secretAccessKey}\n`,
    );
    await writeFile(`${folder.path}/config`, `[profile lake]\nendpoint_url = ${s3.endpoint}\n`);
    const lease = await openStore('s3://lake/data').acquire();
    await lease.release();
    expect([...s3.objects.keys()]).toEqual(['data/.lock']);
    await folder.remove();
  });

  it('a URL with keys in it, which are not said again', async () => {
    for (const wrong of [
      's3://AKIA:hush@lake/data',
      's3://lake/x?endpoint=http://me:hush@host',
      's3://lake/x?secret=hush',
    ])
      expect(() => openStore(wrong)).toThrow(expect.objectContaining({ code: 'usage' }));
    for (const wrong of [
      's3://AKIA:hush@lake/data',
      's3://lake/x?endpoint=http://me:hush@host',
      's3://lake/x?secret=hush',
    ])
      expect(() => openStore(wrong)).toThrow(/^(?!.*hush).*$/);
  });

  it('a URL that names no bucket', () => {
    for (const wrong of ['s3://', 's3:///x', 's3://la ke/x', 's3://lake/../x'])
      expect(() => openStore(wrong)).toThrow(/names no bucket; write s3:\/\/BUCKET\/PREFIX/);
  });

  it('a store inside another one', async () => {
    await (await openStore(url).acquire()).release();
    const inner = url.replace('/data', '/data/inner');
    expect(await refusal(inner)).toMatch(/would lie inside the store s3:\/\/lake\/data/);
  });

  it('a store around another one', async () => {
    for (const path of ['inner', 'bars', 'actions/x']) {
      const inner = url.replace('/data', `/${path.split('/').length}-${path.length}/${path}`);
      const outer = inner.replace(`/${path}`, '');
      await (await openStore(inner).acquire()).release();
      expect(await refusal(outer)).toContain(` would lie around the store ${inner.split('?')[0]}`);
    }
  });

  it.each(['bars', 'sub', 'mine/old'])(
    'a store at %s of another one that is there, which its doctor names and leaves to its writer',
    async (path) => {
      const inner = openStore(url.replace('/data', `/data/${path}`));
      const lease = await inner.acquire();
      await (await openStore(url.replace('/data', '/other')).acquire()).release();
      s3.objects.set('data/.lock', s3.objects.get('other/.lock') as never);
      for (const fix of [false, true])
        expect((await openStore(url).examine({ fix, now: NOON })).damages).toMatchObject([
          {
            path: path.split('/')[0],
            kind: 'foreign-folder',
            what: expect.stringMatching('a store of its own'),
            mended: false,
          },
        ]);
      await inner.upsert(update(WEEK));
      await lease.release();
    },
  );

  it('nothing where there should be a store', async () => {
    expect(await openStore(url).whyNone()).toMatch(/^nothing lies there/);
    await (await openStore(url).acquire()).release();
    expect(await openStore(url).whyNone()).toBeUndefined();
  });
});
