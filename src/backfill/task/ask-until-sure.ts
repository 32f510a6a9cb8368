import { UNKNOWN_IDENTITY } from '../../core/bars/bars.ts';
import { NO_BARS } from '../../core/bars/columns.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Want } from '../../core/plan/task.ts';
import { randomFor } from '../../market/random.ts';
import { type Allowance, askedAgain } from '../../providers/allowance.ts';
import { partOver } from '../../providers/part-over.ts';
import type { ListRequest, Part, Provider } from '../../providers/provider.ts';
import { withSoundActions } from '../judge/bad-actions.ts';
import { withOwnCurrency } from '../judge/own-currency.ts';
import { ANSWERS_BELIEVED } from '../judge/doubt.ts';
import type { Told } from '../told-actions.ts';
import { heard } from './tell-actions.ts';
import { type AskTools, type Answered, type Asked, type Judged, judgeWant } from './judge-want.ts';

/** What came of a want: what was judged, or why nothing was. */
export type Outcome =
  | { readonly judged: Judged }
  | {
      /** Whatever was thrown. */
      readonly error: unknown;
    };

/** How series are asked for. */
interface Questions {
  readonly questions: number | undefined;
  readonly told?: Told | undefined;
  /** What the requests of the first asking count as. */
  readonly allowance?: Allowance | undefined;
  /** ms since the epoch. */
  readonly now: number;
}

/** Longest wait before a doubtful answer is asked for again the first time, ms; doubles. */
const FIRST_WAIT_MS = 500;

/**
 * Asks for several series of one span in one request, and again for those whose answer leaves doubts, until none does,
 * until the same doubt was answered often enough to be believed, or until no more `questions` are allowed (default: as
 * many as that takes): then what is in doubt is learned as such. What was `told` of splits and dividends is part of the
 * first answer; asked again, it is asked for too. One outcome for each that was asked, in their order: one fails alone,
 * unless its failure befalls all.
 */
export async function askUntilSure(
  asked: readonly Asked[],
  { questions, told, allowance, now }: Questions,
  tools: AskTools,
): Promise<Outcome[]> {
  const outcomes = new Map<Asked, Outcome>();
  const most = questions ?? ANSWERS_BELIEVED;
  const random = randomFor(asked[0]?.want.id ?? '');
  let open = asked;
  let before: ReadonlyMap<Asked, Judged> = new Map();
  for (let answers = 1; open.length > 0; answers++) {
    const doubtful = new Map<Asked, Judged>();
    const again: Asked[] = [];
    const how = answers === 1 ? { now, told, allowance } : { now, allowance: askedAgain(allowance) };
    const parts = await answersTo(open, how, tools.provider);
    for (const [i, one] of open.entries()) {
      const part = parts[i] as Answered | { readonly error: unknown };
      const opinion =
        'error' in part
          ? { kind: 'refused' as const, error: part.error, isWorthAnother: false }
          : await orRefused(judgeWant(one, part, { answers, most, now, before: before.get(one) }, tools));
      if (opinion.kind === 'sure') outcomes.set(one, { judged: opinion.judged });
      else if (opinion.kind === 'doubtful') doubtful.set(one, opinion.judged);
      else if (opinion.isWorthAnother) again.push(one);
      else outcomes.set(one, { error: opinion.error });
    }
    if (doubtful.size > 0 && (await mayAskAgain([...doubtful.keys()], { answers, most }, tools))) {
      try {
        await pauseBefore(answers, random, tools);
        for (const one of doubtful.keys()) again.push(one);
      } catch (error) {
        for (const one of doubtful.keys()) outcomes.set(one, { error });
      }
    } else for (const [one, judged] of doubtful) outcomes.set(one, { judged });
    open = asked.filter((one) => again.includes(one));
    before = doubtful;
  }
  return asked.map((one) => outcomes.get(one) as Outcome);
}

async function orRefused<T>(
  opinion: Promise<T>,
): Promise<T | { kind: 'refused'; error: unknown; isWorthAnother: false }> {
  try {
    return await opinion;
  } catch (error) {
    return { kind: 'refused', error, isWorthAnother: false };
  }
}

async function mayAskAgain(
  doubtful: readonly Asked[],
  { answers, most }: { readonly answers: number; readonly most: number },
  { provider, gate }: AskTools,
): Promise<boolean> {
  if (answers >= most) return false;
  const { id, metered } = provider.capabilities;
  const [first] = doubtful;
  return !metered || first === undefined || gate.failed(doubt(first.want, id));
}

async function pauseBefore(
  answers: number,
  random: () => number,
  { provider, gate }: AskTools,
): Promise<void> {
  if (provider.capabilities.metered) await gate.pause(random() * FIRST_WAIT_MS * 2 ** (answers - 1));
}

function doubt({ series: { ticker } }: Want, provider: string): BackfillError {
  const message = `${provider} has to say again what it says of ${ticker}`;
  return new BackfillError('bad-answer', message, { retryable: true, ticker });
}

/** The answers for some series of one span, or why there is none, in their order. */
async function answersTo(
  asked: readonly Asked[],
  { now, told, allowance }: Pick<Questions, 'now' | 'told' | 'allowance'>,
  provider: Provider,
): Promise<(Answered | { readonly error: unknown })[]> {
  const [first] = asked;
  if (first === undefined) return [];
  const { range, series } = first.want;
  const { answers, errors } = heard(told, first.calendar, now);
  const parts = new Map<string, Part>(errors);
  try {
    const tickers = asked.map(({ want }) => want.series.ticker).filter((ticker) => !errors.has(ticker));
    const request = { tickers, interval: series.interval, range, now, told: answers, allowance };
    if (tickers.length > 0) for (const part of await partsOf(request, provider)) parts.set(part.ticker, part);
  } catch (error) {
    for (const { want } of asked) {
      const { ticker } = want.series;
      if (!parts.has(ticker)) parts.set(ticker, { ticker, error });
    }
  }
  return asked.map((one) => {
    const { ticker } = one.want.series;
    const part = parts.get(ticker);
    if (part === undefined)
      return { error: new BackfillError('internal', `no part of the answer is of ${ticker}`) };
    if ('answer' in part) return { answer: withOwnCurrency(withSoundActions(part.answer)), saysNo: false };
    const { error } = part;
    const saysNo = error instanceof BackfillError && error.code === 'no-data';
    return saysNo ? { answer: nothingIn(one, now), saysNo } : { error };
  });
}

/** What a request brought. Throws what befell all of them. */
async function partsOf(request: ListRequest, provider: Provider): Promise<readonly Part[]> {
  const { tickers, interval, ...asked } = request;
  const [ticker] = tickers;
  if (tickers.length > 1 || ticker === undefined) {
    if (provider.fetchList === undefined)
      throw new BackfillError('internal', `${provider.capabilities.id} is asked for several series at once`);
    return provider.fetchList(request);
  }
  try {
    return [{ ticker, answer: await provider.fetchBars({ ...asked, series: { ticker, interval } }) }];
  } catch (error) {
    return [{ ticker, error }];
  }
}

function nothingIn({ want, calendar }: Asked, now: number): Answered['answer'] {
  const nothing = { bars: NO_BARS, unusable: [], actions: [], explained: [], delistedOn: null, dropped: 0 };
  const proven = partOver(want.range, calendar, now);
  return { ...nothing, proven, wireBasis: 'raw', identity: UNKNOWN_IDENTITY };
}
