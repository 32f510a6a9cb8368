import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulate } from './programs.ts';
import {
  KEYS,
  NOW,
  PLANTED,
  WIRES,
  WRONG_KEYS,
  ask,
  folder,
  leaks,
  said,
  simulatedWires,
  written,
} from './planted.ts';

simulatedWires();

describe('no output and no file has a key in it where something fails', () => {
  /** Repeats what it was asked, address and headers. */
  const echo = createServer((request, response) => {
    const [, status = '200'] = /^\/(\d{3})\//.exec(request.url ?? '') ?? [];
    const message = `no good: ${request.url} ${JSON.stringify(request.headers)}`;
    response
      .writeHead(Number(status), { 'content-type': 'application/json' })
      .end(JSON.stringify({ message, Information: message, 'Error Message': message }));
  });
  beforeAll(() => new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve)));
  afterAll(() => void echo.close());

  it.each(WIRES)(
    'at %s, be it the server, the network or the options',
    async (provider) => {
      const { port } = echo.address() as AddressInfo;
      const at = (status: number): string => `http://127.0.0.1:${port}/${status}`;
      const asked = [
        ...[200, 401].map(
          (status) => `ALFA ${ask(provider, at(status))} --log-file ../run.log --log-level debug`,
        ),
        // The simulator knows no such key; there is no server.
        `ALFA ${ask(provider)} --json`,
        `ALFA ${ask(provider, 'http://127.0.0.1:1')}`,
        `discover us_equities --provider ${provider} --provider-url ${provider}=${at(403)} --state ../state`,
        `ALFA ${ask(provider)} --provider-setting feed`,
      ];
      // At once, each with a store and a state of its own: most of it is waiting for the next try.
      const texts = await Promise.all(
        asked.map((line, i) => {
          const options = line.startsWith('discover') ? [] : ['--store', `../data-${i}`];
          const own = line.replace('../state', `../state-${i}`);
          return said({ variables: WRONG_KEYS, options }, own);
        }),
      );
      expect(texts.filter((text) => text.includes('exit 0\n'))).toEqual([]);
      expect(leaks([...texts, await written()])).toEqual([]);
    },
    120_000,
  );

  it('with a key that no header can have, or that stands where no key belongs', async () => {
    const key = `${PLANTED}\u{1}`;
    const place = { variables: { APCA_API_KEY_ID: key, APCA_API_SECRET_KEY: key }, options: [] };
    const texts = [await said(place, `ALFA ${ask('alpaca')}`)];
    const settings: Readonly<Record<string, string>>[] = [{ BACKFILL_ALPHAVANTAGE_API_KEY: PLANTED }];
    for (const variables of settings) texts.push(await said({ variables, options: [] }, 'providers'));
    await writeFile(
      join(folder, 'here', 'backfill.config.json'),
      JSON.stringify({ POLYGON_API_KEY: PLANTED }),
    );
    texts.push(await said({ variables: {}, options: [] }, 'config'));
    expect(texts.filter((text) => !text.includes('exit 2'))).toEqual([]);
    await rm(join(folder, 'here', 'backfill.config.json'));
    expect(leaks([...texts, await written()])).toEqual([]);
  });

  it('with a day that is used up, of which the server says whose', async () => {
    const log = join(folder, 'limited');
    await mkdir(log);
    const limited = await startSimulate(log, ['--wire', 'alphavantage', '--limit', '2/day', '--now', NOW]);
    const place = { variables: KEYS, options: [] };
    const texts = [await said(place, `ALFA BRIQ CORV DUNO ${ask('alphavantage', limited.url)}`)];
    await limited.stop();
    expect(texts[0]).toContain('exit 3');
    expect(leaks([...texts, await written()])).toEqual([]);
  });
});
