// The files of whole days, one after the other. Where one is not given, the listing of its month tells why: whether it is not
// there (yet), or the keys are good and the plan does not have it. Of a market the newest file tells then whether the plan has
// any.

import { concatBars } from '../../../core/bars/concat-bars.ts';
import { calendarById, calendarFor } from '../../../core/calendar/calendars.ts';
import { BackfillError } from '../../../core/errors.ts';
import { type DayRange, formatDay } from '../../../core/session/day.ts';
import { intersect, normalize } from '../../../core/session/ranges.ts';
import type { Call, ChainSteps, HttpSteps, Page } from '../../http/steps.ts';
import type { HttpAnswer } from '../../http/transport.ts';
import type { ListRequest, MarketRequest, Part, ProviderConfig, Secrets } from '../../provider.ts';
import { listingIn } from '../../../s3/documents.ts';
import { listUrl, objectUrl, signedHeaders } from '../../../s3/signed.ts';
import { answerOf } from '../answer.ts';
import { polygonCapabilities } from '../capabilities.ts';
import type { Listing } from '../discover.ts';
import { unreadable } from '../errors.ts';
import { tickerIn } from '../request.ts';
import { sourceOf } from '../settings.ts';
import { type ShareOf, askedSymbol } from '../symbols.ts';
import { NOTHING_TOLD, type Told } from '../told.ts';
import { type Doubt, FORBIDDEN, listedIn } from './doubt.ts';
import { byFile } from './endpoint.ts';
import { flatRefusal, isForbidden } from './errors.ts';
import { type FlatFile, fileOf, filesOf, monthOfFile, sessionsIn, tableOfFile } from './files.ts';
import { type Missing, whyLacking } from './missing.ts';
import { FlatPiece, NO_ROWS } from './piece.ts';
import { FlatReading, type WantedRows } from './reading.ts';
import {
  type SeenFiles,
  afterNewest,
  firstByte,
  newestSession,
  nothingSeen,
  toldByNewest,
} from './newest.ts';
import { sharesIn, takerOf } from './shares.ts';

const FILES_URL = 'https://files.massive.com';
const BUCKET = 'flatfiles';

/** How far a chain is. */
export interface FlatTold extends Told {
  /** What nobody has taken of the file of a market. */
  readonly rest: FlatPiece;
  /** The file that is read, or in doubt, by its place among those of the chain. */
  readonly at: number;
  readonly doubt: Doubt | null;
  readonly missing: readonly Missing[];
  /** The keys of the months that were listed to their end, by what they begin with. */
  readonly listed: ReadonlyMap<string, readonly string[]>;
}

const NOTHING_READ: FlatTold = {
  ...NOTHING_TOLD,
  ...{ rest: NO_ROWS, at: 0, doubt: null, missing: [], listed: new Map() },
};

/** Steps that know of whole markets. */
export type StepsOf<State extends Told> = HttpSteps<State, Listing> &
  Required<Pick<HttpSteps<State, Listing>, 'market'>>;

/** What the files of whole days are asked by; splits, dividends and what there is are asked of the API. */
export function flatSteps(
  { actions, market, spare: _spare, ...rest }: StepsOf<Told>,
  shareOf: ShareOf,
  config: ProviderConfig,
): StepsOf<FlatTold> {
  const { callOf, after } = openFiles(config);
  const isOfTrades = sourceOf(config) === 'trades';
  const fileAt = (asked: ListRequest, { at }: FlatTold): FlatFile =>
    filesOf(asked, isOfTrades)[at] as FlatFile;
  const marketFile = ({ interval, session }: MarketRequest): FlatFile =>
    fileOf('us-shares', interval, session, isOfTrades);
  return {
    ...rest,
    capabilities: polygonCapabilities(config),
    request: (asked, told = NOTHING_READ, secrets) =>
      callOf(asked, fileAt(asked, told), { symbol: askedSymbol(tickerIn(asked)) }, told, secrets),
    parse: (answer, asked, told = NOTHING_READ) => {
      const came = after(answer, asked, fileAt(asked, told), told);
      return barsAfter(came, asked, told);
    },
    // The other files are read all the same.
    past: (why, asked, told = NOTHING_READ) =>
      barsAfter(without({ file: fileAt(asked, told), why: why.message, error: why }, told), asked, told),
    end: (asked, told) => [partOf(asked, told, config)],
    ...(actions && { actions: besideFiles(actions) }),
    market: {
      request: (asked, told = NOTHING_READ, secrets) => {
        const wanted = { symbol: null, taker: takerOf(asked, shareOf, config) };
        return callOf(asked, marketFile(asked), wanted, told, secrets);
      },
      parse: (answer, asked, told = NOTHING_READ) => {
        const newest = marketFile({ ...asked, session: newestSession(asked.now) });
        return marketAfter(after(answer, asked, marketFile(asked), told, newest), asked, told);
      },
      // There is no file of a day that is not over.
      end: (asked, told) => ({ parts: sharesIn(asked, told.rest, shareOf, config), asOf: asked.now }),
      ...(market.actions && { actions: besideFiles(market.actions) }),
    },
  };
}

const FIRST_BYTE = { headers: { range: 'bytes=0-0' } };

/** How files are asked for, and what comes of it: the bars of one, or a chain that goes on without them. */
function openFiles({ url: base = FILES_URL }: ProviderConfig) {
  const seen = nothingSeen();
  // What a broken connection brought of a file, by the request that it is of.
  const readings = new WeakMap<object, FlatReading>();
  const readingOf = (asked: object, file: FlatFile, wanted: WantedRows): FlatReading => {
    const known = readings.get(asked);
    if (known?.file.key === file.key) return known;
    const reading = new FlatReading(file, wanted, seen.damaged);
    readings.set(asked, reading);
    return reading;
  };
  const callOf = async (
    asked: object,
    file: FlatFile,
    wanted: WantedRows,
    { doubt }: FlatTold,
    { accessKey = '', secretKey = '' }: Secrets,
  ): Promise<Call> => {
    const keys = { accessKeyId: accessKey, secretAccessKey: secretKey };
    if (doubt?.newest !== undefined) {
      const url = objectUrl(base, BUCKET, doubt.newest.key);
      return { url, headers: await signedHeaders(url, keys, FIRST_BYTE), readBytes: firstByte };
    }
    if (doubt !== null) {
      const url = listUrl(base, BUCKET, monthOfFile(file), doubt.token);
      return { url, headers: await signedHeaders(url, keys) };
    }
    const url = objectUrl(base, BUCKET, file.key);
    const reading = readingOf(asked, file, wanted);
    const headers = await signedHeaders(url, keys, { headers: reading.headers() });
    return { url, headers, readBytes: (body, head) => reading.read(body, head) };
  };
  const after = (
    answer: HttpAnswer,
    asked: object,
    file: FlatFile,
    told: FlatTold,
    newest?: FlatFile,
  ): FlatTold | FlatPiece => {
    if (told.doubt !== null)
      return afterDoubt(answer, { file, newest }, { ...told, doubt: told.doubt }, seen);
    // It was replaced while it was read.
    if (answer.status === 412 || answer.status === 416) {
      readings.get(asked)?.restart();
      throw unreadable(`${file.key} was replaced while it was read`);
    }
    if (answer.status === 404) {
      // What came of it by now, before a connection broke, was of a file that is gone.
      readings.get(asked)?.restart();
      const keys = told.listed.get(monthOfFile(file));
      if (keys !== undefined) return withoutFile(file, keys, told);
      return { ...told, doubt: { is: 'missing', keys: [], token: null } };
    }
    if (isForbidden(answer)) return afterRefusal({ file, newest }, told, seen);
    if (answer.read instanceof FlatPiece) {
      readings.delete(asked);
      seen.given.add(tableOfFile(file));
      return answer.read;
    }
    throw flatRefusal(answer, file.key);
  };
  return { callOf, after };
}

/** A chain of requests that ends with what its answers say together. */
interface Chain<Asked, State, One, Said> extends Pick<ChainSteps<Asked, State, One>, 'request' | 'parse'> {
  readonly end: (asked: Asked, state: State) => Said;
}

/** What the API is asked as ever, beside files. */
export function besideFiles<Asked, One, Said>({
  request,
  parse,
  end,
}: Chain<Asked, Told, One, Said>): Chain<Asked, FlatTold, One, Said> {
  return {
    ...{ request, end },
    parse: (answer, asked, told) => {
      const page = parse(answer, asked, told);
      return 'spoilt' in page ? page : { ...page, state: { ...NOTHING_READ, ...page.state } };
    },
  };
}

/** A file in doubt after what was asked in its place. */
function afterDoubt(
  answer: HttpAnswer,
  { file, newest }: { readonly file: FlatFile; readonly newest: FlatFile | undefined },
  told: FlatTold & { readonly doubt: Doubt },
  seen: SeenFiles,
): FlatTold {
  if (told.doubt.newest !== undefined) return afterNewest(answer, file, told.doubt.newest, seen);
  const next = afterListing(answer, file, told, told.doubt);
  if (next !== 'forbidden') return next;
  seen.isListed = true;
  return afterRefusal({ file, newest }, told, seen);
}

/** A file that is refused: whether a list is given too is to be seen, or else what the newest one is answered with. */
function afterRefusal(
  { file, newest }: { readonly file: FlatFile; readonly newest: FlatFile | undefined },
  told: FlatTold,
  seen: SeenFiles,
): FlatTold {
  const doubt = seen.isListed ? { ...FORBIDDEN, newest: toldByNewest(file, newest, seen) } : FORBIDDEN;
  return { ...told, doubt };
}

/** The same file once its month is listed; in doubt while there is more of that. `forbidden`: it is refused beside the list. */
function afterListing(
  answer: HttpAnswer,
  file: FlatFile,
  told: FlatTold,
  doubt: Doubt,
): FlatTold | 'forbidden' {
  if (answer.status !== 200) {
    if (!isForbidden(answer)) throw flatRefusal(answer, `the files beside ${file.key}`);
    const message = `polygon gives neither ${file.key} nor a list of its files with these keys`;
    throw new BackfillError('unauthorized', message);
  }
  const page = listingIn(answer.body);
  if (page === undefined) throw unreadable(`it is no listing of ${monthOfFile(file)}`);
  const keys = [...doubt.keys, ...page.objects.map(({ key }) => key)];
  if (page.next !== null) return { ...told, doubt: { ...doubt, keys, token: page.next } };
  if (doubt.is === 'forbidden') return 'forbidden';
  const listed = new Map([...told.listed, [monthOfFile(file), keys]]);
  return withoutFile(file, keys, { ...told, doubt: null, listed });
}

/** A file that there is not, as the listing of its month says too. */
function withoutFile(file: FlatFile, keys: readonly string[], told: FlatTold): FlatTold {
  if (keys.includes(file.key))
    throw new BackfillError('provider-fault', `polygon lists ${file.key} and says that there is none`, {
      retryable: true,
    });
  const isLeftOut = keys.some((key) => key > file.key);
  const why = `polygon has no file of ${formatDay(file.day)}${isLeftOut ? ', but of later days' : ' yet'}`;
  return without({ file, why }, told);
}

function without(one: Missing, told: FlatTold): FlatTold {
  return { ...told, missing: [...told.missing, one] };
}

/** The chain of a ticker after a file, or after what there was in its place. */
function barsAfter(came: FlatTold | FlatPiece, asked: ListRequest, told: FlatTold): Page<FlatTold> {
  const isRead = came instanceof FlatPiece;
  const next = isRead ? { ...told, bars: [...told.bars, came.rowsOf(askedSymbol(tickerIn(asked)))] } : came;
  if (next.doubt !== null)
    return { parts: [], state: next, hasMore: true, ...listedIn(next.doubt, told.doubt) };
  const at = told.at + 1;
  return { parts: [], state: { ...next, at }, hasMore: at < filesOf(asked).length };
}

/** What all files say of a ticker; of the sessions whose file is not there, or cannot be read, nothing. */
function partOf(asked: ListRequest, { bars, missing }: FlatTold, config: ProviderConfig): Part {
  const ticker = tickerIn(asked);
  const error = missing[0]?.error;
  // Nothing was heard but that.
  if (bars.length === 0 && error !== undefined && missing.every((one) => one.error !== undefined))
    return { ticker, error };
  const answer = byFile(answerOf(ticker, concatBars(bars), asked, config), config);
  const calendar = calendarFor(ticker);
  const days = missing.map(({ file }) => sessionsIn(ticker, file));
  const unproven = intersect(normalize(days), [answer.proven]).filter((run) => calendar.count([run]) > 0);
  if (unproven.length === 0) return { ticker, answer };
  const lacking = missing.filter((_, i) => intersect([days[i] as DayRange], unproven).length > 0);
  return { ticker, answer: { ...answer, unproven, whyUnproven: whyLacking(lacking) } };
}

/** The chain of a market after its file; without one there are no bars, on a day that is no session. */
function marketAfter(
  came: FlatTold | FlatPiece,
  { session }: MarketRequest,
  told: FlatTold,
): Page<FlatTold, never> {
  if (came instanceof FlatPiece) return { parts: [], state: { ...told, rest: came }, hasMore: false };
  if (came.doubt !== null)
    return { parts: [], state: came, hasMore: true, ...listedIn(came.doubt, told.doubt) };
  const [missing] = came.missing;
  if (missing !== undefined && calendarById('XNYS').isSession(session))
    throw new BackfillError('provider-fault', missing.why);
  return { parts: [], state: came, hasMore: false };
}
