import { BackfillError } from '../../core/errors.ts';
import type { Member } from '../../core/universe/member.ts';
import type { DiscoverRequest, Lister } from '../discovery.ts';
import type { Gate } from '../http/gate.ts';
import { exchangeThrough } from '../http/open-provider.ts';
import { errorByStatus, firstLine } from '../http/status.ts';
import type { HttpAnswer } from '../http/transport.ts';
import { membersOfNasdaqtraded } from './nasdaqtraded.ts';
import { PUBLIC_LISTS } from './public-lists.ts';
import { membersOfSp500 } from './sp500.ts';

/** The members in each document. They throw `bad-answer` for anything that is not the whole list. */
const READERS: Readonly<Record<string, (text: string, asked: DiscoverRequest) => Member[]>> = {
  nasdaqtrader: membersOfNasdaqtraded,
  sp500: membersOfSp500,
};

/** How a public list is asked for. */
export interface ListConfig {
  /** Of the document. Default: where its publisher has it. */
  readonly url?: string | undefined;
  /** Abandon a request after this long, in ms. */
  readonly timeoutMs?: number | undefined;
}

/** A public list by its name, each of whose requests passes the gate, is timed, and is tried again where that helps. */
export function openPublicList(name: string, { url, timeoutMs }: ListConfig, gate: Gate): Lister {
  const list = PUBLIC_LISTS[name];
  const read = READERS[name];
  if (list === undefined || read === undefined)
    throw new BackfillError('internal', `there is no public list ${name}`);
  const exchange = exchangeThrough(gate, timeoutMs === undefined ? {} : { timeoutMs });
  const call = { url: new URL(url ?? list.url), headers: { 'user-agent': USER_AGENT } };
  return {
    discover: (asked) =>
      exchange(
        `list ${name}`,
        () => call,
        (answer) => read(documentIn(name, answer), asked),
      ),
    close: () => Promise.resolve(),
  };
}

const USER_AGENT = 'Mozilla/5.0 (compatible; backfill)';

/** The text of an answer. Throws what it says instead. */
function documentIn(name: string, answer: HttpAnswer): string {
  if (answer.status !== 200)
    throw errorByStatus(answer, `${name} answered ${answer.status}: ${firstLine(answer.body)}`);
  const text = answer.body.replace(/^\uFEFF/, '');
  if (/^\s*<(!doctype|html)/i.test(text))
    throw new BackfillError(
      'bad-answer',
      `${name} answered a web page instead of its list: ${firstLine(text)}`,
    );
  return text;
}
