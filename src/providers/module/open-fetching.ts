import { BackfillError } from '../../core/errors.ts';
import { startOfDay } from '../../core/session/day.ts';
import { mostPages } from '../http/endless-pages.ts';
import type { Exchange } from '../http/follow-pages.ts';
import type { Gate } from '../http/gate.ts';
import { exchangeThrough } from '../http/open-provider.ts';
import { withVariables, withoutSecrets } from '../http/secrets.ts';
import { errorByStatus, firstLine } from '../http/status.ts';
import type { HttpAnswer } from '../http/transport.ts';
import type { BarAnswer, BarRequest, Capabilities, Provider, ProviderConfig, Secrets } from '../provider.ts';
import { broken, parsed, thrownBy } from './broken.ts';
import type { CheckedDefinition, FetchRequest, GetOptions } from './define-provider.ts';
import { answerOfRows } from './fetched-rows.ts';
import { idleLimit, idleTime } from './idle-limit.ts';
import type { ModuleConfig } from './module-config.ts';
import { assertOfAsked } from './rows-asked.ts';
import { rowsOfSpan } from './rows-of-span.ts';

/** What a provider that is one function is opened with; `url`: of its module. */
interface Opening {
  readonly url: string;
  readonly config: ModuleConfig & Pick<ProviderConfig, 'maxRetries'>;
  readonly gate: Gate;
  readonly secrets: Secrets;
}

/** A provider that is one function; what that throws that is no `BackfillError` is `provider-broken`, with the place. */
export function openFetching(
  definition: CheckedDefinition,
  { url, config, gate, secrets }: Opening,
): Provider {
  const { capabilities, symbolOf = asIs, tickerOf = asIs } = definition;
  const exchange = exchangeThrough(gate, config, secrets, { capabilities });
  const fetchBars = async (asked: BarRequest): Promise<BarAnswer> => {
    const send = senderFor(asked, capabilities, exchange);
    try {
      return await answerTo(asked, definition, { send, config, secrets });
    } catch (error) {
      const thrown = send.threw(error) ? error : thrownBy('fetch', error, capabilities.id, url);
      throw withVariables(withoutSecrets(thrown, secrets), capabilities);
    }
  };
  return {
    ...{ capabilities, symbolOf, tickerOf, fetchBars },
    listTickers: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
}

interface Means extends Pick<Opening, 'config' | 'secrets'> {
  readonly send: Sender;
}

async function answerTo(asked: BarRequest, definition: CheckedDefinition, means: Means): Promise<BarAnswer> {
  const { fetch, capabilities, symbolOf = asIs } = definition;
  const { send, config, secrets } = means;
  const { series, range } = asked;
  const { ticker, interval } = series;
  const { ms, said } = idleTime(config);
  const { watch, during } = idleLimit(ms, () =>
    broken(capabilities.id, `its fetch for ${ticker} neither ends nor asks for anything for ${said}`),
  );
  const common = {
    ...{ symbol: symbolOf(ticker), interval, config, secrets },
    get: async (url, how) => during(() => send(url, how, ({ headers, body }) => ({ headers, body }))),
    getJson: async <Body>(url: string | URL, how?: GetOptions) =>
      during(() => send(url, how, ({ body }) => JSON.parse(body) as Body)),
  } satisfies Partial<FetchRequest>;
  const rows = await rowsOfSpan(
    async (start, end) => {
      const before = send.sent();
      const some = await watch(() => fetch({ ...common, start, end }));
      if (send.sent() > before) return some;
      // Nobody would count what it sends in another way.
      const what =
        'its fetch asks for nothing by the get or getJson that it is given, and others are not counted';
      throw broken(capabilities.id, what);
    },
    { start: startOfDay(range.from), end: startOfDay(range.to) },
    { most: capabilities.intervals[interval]?.paging?.rows, interval },
  );
  const answer = answerOfRows(ticker, asked, rows);
  assertOfAsked(asked, rows);
  return answer;
}

interface Sender {
  <T>(url: string | URL, how: GetOptions | undefined, read: (answer: HttpAnswer) => T): Promise<T>;
  /** Requests so far. */
  readonly sent: () => number;
  /** Whether an error is one that it threw, such as that of a gate that ends it: then it is not the function's. */
  readonly threw: (error: unknown) => boolean;
}

/** Sends what a request takes, each as what the plan counted it. Throws `bad-answer` where it takes far more than it can. */
function senderFor(
  { series: { ticker, interval }, range, allowance }: BarRequest,
  capabilities: Capabilities,
  exchange: Exchange,
): Sender {
  const { id } = capabilities;
  const most = mostPages({ tickers: [ticker], interval, range }, capabilities);
  const thrown = new Set<unknown>();
  let sent = 0;
  const send = async <T>(
    address: string | URL,
    { headers = {}, isUnknown }: GetOptions = {},
    read: (answer: HttpAnswer) => T,
  ): Promise<T> => {
    const url = new URL(address);
    if (sent++ >= most)
      throw new BackfillError(
        'bad-answer',
        `${id} goes on after ${most} requests, which is far more than what was asked for can fill`,
      );
    const asking = exchange(
      `${ticker} ${interval} ${range.from} ${sent}`,
      () => ({ url, headers }),
      (answer) => {
        const { status, body } = answer;
        if (status === 200) return parsed(() => read(answer), id);
        const about = `${id} answered ${status} for ${ticker}: ${firstLine(body)}`;
        if (isUnknown?.({ status, body })) throw new BackfillError('unknown-ticker', about);
        throw errorByStatus(answer, about);
      },
      { due: allowance?.take(false), onRetry: () => allowance?.retry() },
    );
    return asking.catch((error: unknown) => {
      thrown.add(error);
      throw error;
    });
  };
  return Object.assign(send, { sent: () => sent, threw: (error: unknown) => thrown.has(error) });
}

function asIs(name: string): string {
  return name;
}
