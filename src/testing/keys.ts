import { ok, strictEqual } from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorData } from '../core/errors.ts';
import { INTERVALS } from '../core/session/interval.ts';
import type { BarRequest, Provider, Secrets } from '../providers/provider.ts';
import { type CheckOf, NOW, ONE_TRY, failsWith, weekOf } from './check.ts';
import type { ProviderSubject } from './subject.ts';

/** As no key is, in a form that is written otherwise in an address. */
const PLANTED = 'planted+key/of=nobody';

type At = Required<ProviderSubject>['at'];

/** What a provider does that asks for keys. */
export function keysOf(
  { ticker }: Pick<ProviderSubject, 'ticker'>,
  at: At,
  secrets: Secrets,
): readonly CheckOf[] {
  const week = weekOf(ticker === undefined ? {} : { ticker });
  const names = Object.keys(secrets);
  return [
    {
      name: 'asks for the keys that it declares',
      run: async ({ open }) => {
        const { provider } = await open(NOW);
        strictEqual(names.join(), Object.keys(provider.capabilities.credentials ?? {}).join());
      },
    },
    ...names.map((name) => ({
      name: `is refused with a wrong key, ${name}, and says which variable to mend and no word of it`,
      run: async ({ open }: ProviderSubject): Promise<void> => {
        const { provider } = await open(NOW, ONE_TRY, { secrets: { ...secrets, [name]: PLANTED } });
        const asks = await needing(provider, name, week);
        ok(asks.length > 0, 'whatever is asked is answered');
        for (const ask of asks) {
          await failsWith(ask(), { code: 'unauthorized', retryable: false, scope: 'run' });
          await saysNoKey(ask());
          const said = String(await ask().catch((error: unknown) => error));
          for (const variable of Object.values(provider.capabilities.credentials ?? {}))
            ok(said.includes(variable), `${said} does not name ${variable}`);
        }
      },
    })),
    {
      name: 'says nothing of its keys where a server repeats them',
      run: async () => {
        const planted = Object.fromEntries(names.map((name, i) => [name, `${PLANTED}${i}`]));
        for (const status of [200, 400, 401, 403, 429, 500])
          await besideEcho(at, status, planted, async (provider) => {
            for (const ask of asksOf(provider, week)) await saysNoKey(ask());
          });
      },
    },
  ];
}

/**
 * What has to be refused without a key: bars and lists, whatever it is; of one that only a setting asks for, what is refused of
 * these and of whole markets.
 */
async function needing(
  provider: Provider,
  name: string,
  week: BarRequest,
): Promise<readonly (() => Promise<unknown>)[]> {
  const { credentials = {}, credentialsOfSettings = {}, intervals } = provider.capabilities;
  const asks = asksOf(provider, week);
  if (
    !Object.values(credentialsOfSettings)
      .flat()
      .includes(credentials[name] ?? '')
  )
    return asks;
  const session = week.range.from;
  const markets = INTERVALS.filter((interval) => intervals[interval]?.market !== undefined).map(
    (interval) => async () => await provider.fetchMarket?.({ interval, session, now: NOW }),
  );
  const refused = await Promise.all(
    [...asks, ...markets].map(async (ask) => {
      const isRefused = await ask().then(
        () => false,
        () => true,
      );
      return isRefused ? [ask] : [];
    }),
  );
  return refused.flat();
}

/** All that a provider is asked for. */
function asksOf(provider: Provider, week: BarRequest): (() => Promise<unknown>)[] {
  return [
    () => provider.fetchBars(week),
    ...(provider.capabilities.listsTickers ? [() => provider.listTickers()] : []),
  ];
}

/** Whether what becomes of a request says no key, in whatever spelling. */
async function saysNoKey(asking: Promise<unknown>): Promise<void> {
  const outcome: unknown = await asking.catch((error: unknown) => error);
  ok(outcome instanceof Error, 'a server that has nothing but what it was asked is taken for a sound one');
  const said = `${JSON.stringify(errorData(outcome))} ${outcome.stack}`;
  for (const key of ['planted', encodeURIComponent(PLANTED)]) strictEqual(said.includes(key), false, said);
}

/** Uses a provider beside a server that answers with what it was asked: its address and its headers. */
async function besideEcho(
  at: At,
  status: number,
  secrets: Secrets,
  use: (provider: Provider) => Promise<void>,
): Promise<void> {
  const server = createServer((request, response) => {
    const message = `no good: ${request.url} ${JSON.stringify(request.headers)}`;
    const words = { message, Information: message, 'Error Message': message };
    response.writeHead(status).end(JSON.stringify(words));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    await use(await at(`http://127.0.0.1:${port}`, ONE_TRY, 5000, { secrets }));
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
