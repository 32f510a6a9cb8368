import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHistory } from '../../../src/library/open-history.ts';
import { loadProvider } from '../../../src/providers/module/load-module.ts';
import { openProvider } from '../../../src/providers/registry.ts';
import { CAPABILITIES, moduleText } from './texts.ts';

let folder = '';
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-module-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Each under a name of its own: a module is loaded once. */
async function moduleOf(text: string): Promise<string> {
  const path = join(folder, `own-${++count}.mjs`);
  await writeFile(path, text);
  return path;
}

describe('a provider of one’s own', () => {
  it('is loaded by a path and by a file URL, with what it can do and how it is asked', async () => {
    const path = await moduleOf(moduleText());
    const url = pathToFileURL(path).href;
    const config = { url: 'http://127.0.0.1:1', timeoutMs: 7, settings: { region: 'eu' } };
    const loaded = { ...config, id: 'own', module: { url, capabilities: CAPABILITIES } };
    expect(await loadProvider(path, config)).toEqual(loaded);
    expect(await loadProvider(url, config)).toEqual(loaded);
    expect(JSON.parse(JSON.stringify(loaded))).toEqual(loaded);
  });

  it('may leave out what is nothing special about it', async () => {
    const said = { id: 'own', intervals: { '1d': { settleDelayMs: 0 } } };
    const path = await moduleOf(moduleText('export default', JSON.stringify(said)));
    expect((await loadProvider(path)).module?.capabilities).toEqual(CAPABILITIES);
  });

  it('may be made by a function, of how it is configured', async () => {
    const path = await moduleOf(
      `export default ({ url, settings }) => ({ ...${moduleText('')}, tickerOf: (symbol) => symbol + settings.suffix + url })`,
    );
    const config = await loadProvider(path, { url: 'http://h', settings: { suffix: '.PA ' } });
    const provider = await openProvider(config);
    expect(provider.tickerOf('AIR')).toBe('AIR.PA http://h');
    expect(provider.capabilities).toEqual(CAPABILITIES);
  });

  it('cannot have the id of another one, nor be asked where there is no URL', async () => {
    const path = await moduleOf(moduleText().replace('"id":"own"', '"id":"yahoo"'));
    const provider = await loadProvider(path);
    expect(() => openHistory({ store: folder, provider })).toThrow(
      `provider ${path}: the id "yahoo" is taken`,
    );
    const other = await loadProvider(await moduleOf(moduleText()), { url: 'nowhere' });
    expect(() => openHistory({ store: folder, provider: other })).toThrow('=nowhere: is no URL');
  });
});

describe('a module that is no provider is refused in one line', () => {
  const refused = async (path: string): Promise<string> => {
    const error = (await loadProvider(path).catch((one: unknown) => one)) as Error;
    expect(error).toMatchObject({ name: 'BackfillError', code: 'usage', scope: 'run' });
    expect(error.message.split('\n')).toHaveLength(1);
    return error.message;
  };

  it('where there is none', async () => {
    expect(await refused('./nope.mjs')).toBe(
      `provider ./nope.mjs: there is no file ${join(process.cwd(), 'nope.mjs')}`,
    );
    await mkdir(join(folder, 'a-folder'), { recursive: true });
    expect(await refused(join(folder, 'a-folder'))).toContain('is no file; name the module itself');
  });

  it.each([
    [
      'import x from "no-such-package"; export default x',
      'it imports no-such-package, which is not installed there; npm install no-such-package beside it',
    ],
    ['throw new Error("no such region\\nnor another")', 'it cannot be loaded: Error: no such region'],
    ['', 'it exports nothing; write export default { capabilities, request, parse, end }'],
    ['export const steps = 1', 'it exports only steps; write export default'],
    ['export default 5', 'its default export gives 5; it must be { capabilities, request, parse, end }'],
    ['export default () => null', 'its default export gives null; it must be'],
    [
      'export default () => { throw new TypeError("no region") }',
      'its default export throws TypeError: no region',
    ],
    ['export default { request() {}, parse() {} }', 'its end is undefined; it must be a function'],
    ['export default { request: 1, parse() {}, end() {} }', 'its request is 1; it must be a function'],
    [
      'export default { request() {}, parse() {}, end() {}, symbolOf: "a" }',
      'its symbolOf is "a"; it must be a function, or left out',
    ],
    [
      'export default { request() {}, parse() {}, end() {} }',
      'its capabilities are undefined; they must be an object',
    ],
  ])('%s', async (text, message) => {
    const path = await moduleOf(text);
    const said = await refused(path);
    expect(said).toMatch(`provider ${path}: `);
    expect(said).toContain(message);
  });

  it('that says more than its one function can tell', async () => {
    const intervals = "{ '1d': { settleDelayMs: 0 } }";
    const path = await moduleOf(
      `export default { capabilities: { id: 'own', intervals: ${intervals}, actions: true }, fetch() {} }`,
    );
    expect(await refused(path)).toContain('its capabilities say more than its fetch can tell');
    const odd = await moduleOf(
      `export default { capabilities: { id: 'own', intervals: ${intervals} }, fetch: 1 }`,
    );
    expect(await refused(odd)).toContain('its fetch is 1; it must be a function');
  });

  const daily = CAPABILITIES.intervals['1d'];
  it.each<[object, string]>([
    [{ id: 'My Own' }, 'capabilities.id is "My Own"; it must be a short name in lower case'],
    [{ id: '../up' }, 'capabilities.id is "../up"'],
    [{ intervals: {} }, 'capabilities.intervals is {}; it must be one or more of 1m, 5m, 15m, 1h, 1d'],
    [{ intervals: { '1w': daily } }, 'capabilities.intervals["1w"] is no interval that there is'],
    [{ intervals: { '1d': 1 } }, 'capabilities.intervals["1d"] is 1; it must be an object'],
    [
      { intervals: { '1d': { ...daily, maxSpanDays: 0 } } },
      '.maxSpanDays is 0; it must be a whole number above 0, or null',
    ],
    [{ intervals: { '1d': {} } }, '.settleDelayMs is undefined; it must be ms, 0 or more'],
    [{ intervals: { '1d': { ...daily, lookBackDays: '30' } } }, '.lookBackDays is "30"; it must be'],
    [
      { intervals: { '1d': { ...daily, requestsPerSpan: 1.5 } } },
      '.requestsPerSpan is 1.5; it must be a whole number',
    ],
    [
      { intervals: { '1d': { ...daily, settleDelayMs: -1 } } },
      '.settleDelayMs is -1; it must be ms, 0 or more',
    ],
    [
      { intervals: { '1d': { ...daily, settleDelay: 1 } } },
      '.settleDelay is nothing that is known; did you mean settleDelayMs?',
    ],
    [
      {
        intervals: {
          '1d': { ...daily, market: { lookBackDays: 1, requestsPerSession: 0, settleDelayMs: 0 } },
        },
      },
      '.market.requestsPerSession is 0; it must be a whole number above 0',
    ],
    [
      {
        intervals: {
          '1d': {
            ...daily,
            market: { lookBackDays: 1, requestsPerSession: 1, settleDelayMs: 0, actionPages: [] },
          },
        },
      },
      '.market.actionPages is []; it must be a list of numbers above 0, of each list the pages a year, or left out',
    ],
    [
      {
        intervals: {
          '1d': { ...daily, market: { lookBackDays: 1, requestsPerSession: 1, settleDelayMs: 0 } },
        },
      },
      'its market is undefined; as 1d has one it must be { request, parse, end }',
    ],
    [
      { intervals: { '1d': { ...daily, requestsForActions: -1 } } },
      '.requestsForActions is -1; it must be a whole number, 0 or more, or left out',
    ],
    [
      { intervals: { '1d': { ...daily, requestsForActions: 1 } } },
      'its actions are undefined; as 1d has requestsForActions they must be { request, parse, end }',
    ],
    ...[{ whole: 'weeks' }, { whole: { crypto: { aRow: 1 } } }, { aFile: { stocks: 1 } }, { aRow: -1 }].map(
      (wrong): [object, string] => [
        { intervals: { '1d': { ...daily, bytes: { aRequest: 1, aRow: 1, ...wrong } } } },
        '; it must be an object such as { aRequest: 200, aRow: 100 }, or left out',
      ],
    ),
    [{ maxInFlight: 0 }, 'capabilities.maxInFlight is 0'],
    [{ defaultInFlight: null }, 'capabilities.defaultInFlight is null'],
    [{ metered: false }, 'capabilities.metered is false; it must be true'],
    [
      { usualRange: { days: 5 } },
      'capabilities.usualRange is {"days":5}; it must be an object such as { years: 2 }, or left out',
    ],
    [{ quotas: [{ requests: 5 }] }, 'capabilities.quotas is [{"requests":5}]; it must be a list such as'],
    [{ actions: 'no' }, 'capabilities.actions is "no"; it must be true or false'],
    [{ listsTickers: true }, 'its tickers are undefined; as it listsTickers they must be { request, parse }'],
    [
      { serves: ['stocks'] },
      'capabilities.serves is ["stocks"]; it must be a list of us-shares, other-shares, crypto, fx, indices, futures',
    ],
    [
      { cryptoQuotes: [] },
      'capabilities.cryptoQuotes is []; it must be a list such as ["USDT", "BTC"], or left out',
    ],
    [
      { intervals: { '1d': { ...daily, withinMonth: 1 } } },
      '.withinMonth is 1; it must be true or false, or left out',
    ],
    [
      { notInTickers: { '/': '' } },
      'capabilities.notInTickers is {"/":""}; it must be signs with what to write instead, such as',
    ],
    [
      { credentials: ['KEY'] },
      'capabilities.credentials is ["KEY"]; it must be names of environment variables',
    ],
    [{ needsUrl: 1 }, 'capabilities.needsUrl is 1'],
    [{ quota: [] }, 'capabilities.quota is nothing that is known; did you mean quotas?'],
  ])('whose capabilities have %j', async (change, message) => {
    const capabilities = `{ ...${JSON.stringify(CAPABILITIES)}, ...${asCode(change)} }`;
    expect(await refused(await moduleOf(moduleText('export default', capabilities)))).toContain(message);
  });

  /** As JavaScript, in which `undefined` can be said. */
  function asCode(value: unknown): string {
    return JSON.stringify(value, (_, one: unknown) => (one === undefined ? '<undefined>' : one)).replaceAll(
      '"<undefined>"',
      'undefined',
    );
  }
});
