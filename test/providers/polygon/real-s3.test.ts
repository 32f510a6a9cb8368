import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { OPEN_GATE } from '../../../src/providers/http/gate.ts';
import type { Provider, Secrets } from '../../../src/providers/provider.ts';
import { openProvider } from '../../../src/providers/registry.ts';
import { passedOn } from '../../../src/testing/passed-on.ts';
import { PYTHON, S3_SERVER, describeWith } from '../../needs.ts';
import { packed } from './flat-serving.ts';
import { NOTHING } from './serving.ts';

// A server that is not ours, which knows signatures and listings by another library.

const NOW = Date.parse('2026-11-20T17:00:00Z');

const SCRIPT = fileURLToPath(new URL('real-s3.py', import.meta.url));

const keyOf = (date: string): string => `us_stocks_sip/day_aggs_v1/2026/11/${date}.csv.gz`;

const fileOf = (date: string, close: number): Buffer =>
  packed([`AAPL,100.5,${close},${close},${close},${close},${Date.parse(`${date}T05:00:00Z`)}000000,3`]);

let child: ChildProcess;
let front: Server;
let keys: { readonly port: number; readonly accessKey: string; readonly secretKey: string };

describeWith(S3_SERVER)('a bucket of another server', () => {
  beforeAll(async () => {
    child = spawn(PYTHON, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit', 'pipe'] });
    const files = {
      [keyOf('2026-11-17')]: fileOf('2026-11-17', 1),
      [keyOf('2026-11-19')]: fileOf('2026-11-19', 3),
    };
    const texts = Object.entries(files).map(([key, bytes]) => [key, bytes.toString('hex')]);
    (child.stdin as Writable).end(JSON.stringify(Object.fromEntries(texts)));
    const [line] = await once(createInterface(child.stdout as Readable), 'line');
    keys = JSON.parse(String(line)) as typeof keys;
    // What is no file is asked at the same host.
    front = createServer((request, response) => {
      if (request.url?.startsWith('/flatfiles/') !== true) response.end(NOTHING);
      else
        void passedOn(`http://127.0.0.1:${keys.port}`, request).then(({ status, type, body }) =>
          response.writeHead(status, { 'content-type': type }).end(body),
        );
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  }, 60_000);
  afterAll(async () => {
    front.closeAllConnections();
    await new Promise((resolve) => front.close(resolve));
    const gone = once(child, 'exit');
    (child.stdio[3] as Writable).end();
    child.kill();
    await gone;
  });

  const opened = (other: Secrets = {}): Promise<Provider> =>
    openProvider(
      {
        id: 'polygon',
        url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
        settings: { tier: 'advanced', source: 'flat' },
      },
      { ...OPEN_GATE, failed: async () => false, throttled: async () => false },
      { key: 'a-key', accessKey: keys.accessKey, secretKey: keys.secretKey, ...other },
    );
  const week = {
    series: { ticker: 'AAPL', interval: '1d' },
    range: { from: parseDay('2026-11-17'), to: parseDay('2026-11-20') },
    now: NOW,
  } as const;

  it('gives its files, and tells by its listing which there are not', async () => {
    const { bars, unproven, whyUnproven } = await (await opened()).fetchBars(week);
    expect([...bars.close]).toEqual([1, 3]);
    expect([...bars.volume]).toEqual([100.5, 100.5]);
    const day = parseDay('2026-11-18');
    expect(unproven).toEqual([{ from: day, to: day + 1 }]);
    expect(whyUnproven).toBe('polygon has no file of 2026-11-18, but of later days');
  });

  it.each([
    ['secret', { secretKey: 'another' }, 'SignatureDoesNotMatch'],
    ['access key', { accessKey: 'ANOTHER' }, 'InvalidAccessKeyId'],
  ])('refuses another %s', async (_, other, code) => {
    await expect((await opened(other)).fetchBars(week)).rejects.toMatchObject({
      ...{ code: 'unauthorized', retryable: false },
      message: expect.stringContaining(code) as unknown,
    });
  });
});
