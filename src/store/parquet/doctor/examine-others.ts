import type { AsyncBuffer } from 'hyparquet';
import { type ActionBook, twinSplits } from '../../../core/actions/action-book.ts';
import { actionText } from '../../../core/actions/action-text.ts';
import { formatDay } from '../../../core/session/day.ts';
import { BackfillError } from '../../../core/errors.ts';
import { readBookFile } from '../beside/action-file.ts';
import { assertWholeActions } from '../beside/actions.ts';
import { assertBytes } from '../codec/byte-seal.ts';
import { readMetadata } from '../codec/read-columns.ts';
import { type ActionsFooter, readActionsFooter, readRevisionsFooter } from '../codec/decode.ts';
import { type Blobs, readText } from '../files/blobs.ts';
import { isUnfinished } from '../forgotten/entry.ts';
import { isStore, storeDeepIn } from '../files/nested.ts';
import { CREATED_BY } from '../codec/keys.ts';
import type { Partition } from '../files/layout.ts';
import { digestIn, ownEntry } from '../codec/own-entry.ts';
import { isDamagedRecord } from '../../live-record.ts';
import { readRecorded } from '../beside/live-record.ts';
import { examineStaged } from '../beside/staged.ts';
import { readUniverseFile } from '../beside/universes.ts';
import { recordIn } from '../beside/records.ts';
import { readRenamesFile } from '../beside/renames.ts';
import { assertWholeRevisions, readRevisionsFile } from '../beside/revisions.ts';
import { NO_FOLDER } from '../sql/view-files.ts';
import {
  boundsFinding,
  bytesFinding,
  editedFinding,
  type Finding,
  rewrittenFinding,
  wholeFile,
} from './finding.ts';
import type { Found } from './walk-all.ts';

/** Everything but bars: found damaged, only moving the whole file mends it. */
export async function examineOther(blobs: Blobs, found: Found): Promise<Finding[]> {
  switch (found.is) {
    case 'actions':
      return actionsFindings(blobs, found.path, found.ticker);
    case 'revisions':
      return revisionsFindings(blobs, found.path, found.partition);
    case 'renames':
      return damaged('damaged-json', () => readRenamesFile(blobs), ONLY_MOVES);
    case 'universe':
      return damaged('damaged-json', () => readUniverseFile(blobs, found.name), ONLY_MOVES);
    case 'run':
      return damaged('damaged-json', () => checkRecord(blobs, found.path), ONLY_MOVES);
    case 'recorded':
      return recordedFindings(blobs, found.path);
    case 'staged':
      return stagedFindings(blobs, found.path);
    case 'temp':
      return [HALF_WRITTEN];
    case 'forgotten':
      return (await isUnfinished(blobs, found.path)) ? [HALF_COPY] : [];
    case 'foreign-file':
      return [wholeFile('foreign-file', found.what, ONLY_MOVES)];
    case 'foreign-folder':
      return [await foreignFolder(blobs, found.path)];
    case 'inner-store':
      return [innerStore(`its ${found.names.join(', ')}`)];
    case 'closed':
      return [{ kind: 'unreadable', what: found.reason, mend: NOTHING, mendable: false }];
    case 'bars':
      break;
  }
  return [];
}

/** Of a file that never was a part of the store. */
const HALF_WRITTEN: Finding = {
  ...wholeFile(
    'stale-temp',
    'left by a writer that died; harmless: what it was to replace is as it was',
    'removes it',
  ),
  harmless: true,
};

const HALF_COPY: Finding = {
  ...wholeFile(
    'stale-temp',
    'half a copy, left by a forget that was stopped; harmless: what it was to be of is still in the store',
    'removes it; so does the next forget',
  ),
  harmless: true,
};

async function recordedFindings(blobs: Blobs, path: string): Promise<Finding[]> {
  const document = await readRecorded(blobs, path);
  if (document === undefined || !isDamagedRecord(document)) return [];
  return [wholeFile('damaged-json', document.reason, ONLY_MOVES)];
}

/** Of an answer for a whole market: what becomes of one that is as it was written is the next run's to say. */
async function stagedFindings(blobs: Blobs, path: string): Promise<Finding[]> {
  const state = await examineStaged(blobs, path);
  if (state.is === 'whole') return [];
  if (state.is === 'earlier') return [EARLIER_ANSWER];
  return [
    wholeFile('damaged-answer', state.reason, 'moves it to quarantine; the next run asks for it again'),
  ];
}

const EARLIER_ANSWER: Finding = {
  ...wholeFile(
    'stale-temp',
    'an answer for a whole market as an earlier version kept it; harmless: the next run asks for it again',
    'removes it',
  ),
  harmless: true,
};

async function foreignFolder(blobs: Blobs, path: string): Promise<Finding> {
  const folder = blobs.below(path);
  if (await isStore(folder)) return innerStore('it');
  const deeper = await storeDeepIn(folder);
  if (deeper !== undefined)
    return { ...innerStore('that'), what: `a store of its own lies in it: ${deeper}` };
  return wholeFile('foreign-folder', NO_FOLDER, 'moves it to quarantine, with all in it');
}

/** Another's, who may be writing it. */
function innerStore(what: string): Finding {
  return {
    kind: 'foreign-folder',
    what: 'a store of its own, inside this one',
    mend: `nothing; move ${what} to a folder outside this one`,
    mendable: false,
  };
}

const ONLY_MOVES = 'moves it to quarantine';
const NOTHING = 'nothing; give the user who runs this the right to read it';

async function damaged(
  kind: Finding['kind'],
  read: () => Promise<unknown>,
  mend?: string,
): Promise<Finding[]> {
  try {
    await read();
    return [];
  } catch (error) {
    if (!(error instanceof BackfillError)) throw error;
    // The path stands beside it.
    const reason = error.cause instanceof BackfillError ? error.cause.message : error.message;
    return [wholeFile(kind, reason, mend)];
  }
}

async function actionsFindings(blobs: Blobs, path: string, ticker: string): Promise<Finding[]> {
  const damage = await damaged('damaged-actions', () => checkActions(blobs, path, ticker));
  if (damage.length > 0) return damage;
  const strange = await strangeHand(blobs, path, readActionsFooter, { ticker }, REWRITES_ACTIONS);
  if (strange.length > 0) return strange;
  const wrong = await wrongParts(blobs, path, (file) => assertWholeActions(ticker, file));
  if (wrong.length > 0) return wrong;
  return repeatedSplits(ticker, (await readBookFile(blobs, ticker)).book);
}

/** Splits that are one, most likely, with two ex-dates. */
export function repeatedSplits(ticker: string, book: ActionBook): Finding[] {
  return twinSplits(book).map(([first, second]) => {
    const days = `${formatDay(first.exDay)} and again of ${formatDay(second.exDay)}`;
    return {
      kind: 'repeated-split',
      what: `the ${actionText(first)} of ${days}: one of them never was`,
      mend: `nothing; say which: backfill actions ${ticker} --withdraw ${formatDay(first.exDay)},split`,
      mendable: false,
    };
  });
}

async function revisionsFindings(blobs: Blobs, path: string, partition: Partition): Promise<Finding[]> {
  const damage = await damaged('damaged-revisions', () => readRevisionsFile(blobs, partition), ONLY_MOVES);
  if (damage.length > 0) return damage;
  const { series, period } = partition;
  const place = { ticker: series.ticker, interval: series.interval, period };
  const strange = await strangeHand(blobs, path, readRevisionsFooter, place, 'writes it anew');
  if (strange.length > 0) return strange;
  return wrongParts(blobs, path, (file) => assertWholeRevisions(partition, file));
}

/** Of a file whose rows are as they were: which other bytes are not, or what it says wrongly of their bounds. */
async function wrongParts(
  blobs: Blobs,
  path: string,
  assertWhole: (file: AsyncBuffer) => Promise<void>,
): Promise<Finding[]> {
  const file = await blobs.read(path);
  if (file === undefined) return [];
  const bounds = await damaged('wrong-bounds', () => assertWhole(file));
  if (bounds.length > 0) return bounds.map(({ what }) => boundsFinding(what));
  const bytes = await damaged('changed-bytes', async () => assertBytes(file, await readMetadata(file, [])));
  return bytes.map(({ what }) => bytesFinding(what));
}

const REWRITES_ACTIONS = 'keeps them, and asks again for which days they are all';

/** What another hand did to a sound file: it changed what the file says of itself, or wrote it anew. */
async function strangeHand(
  blobs: Blobs,
  path: string,
  readFooterOf: (file: AsyncBuffer) => Promise<ActionsFooter>,
  place: Readonly<Record<string, string>>,
  mend: string,
): Promise<Finding[]> {
  const file = await blobs.read(path);
  if (file === undefined) return [];
  const { createdBy, metadata } = await readFooterOf(file);
  const entry = ownEntry(metadata, place);
  if (entry?.seal === 'broken') return [editedFinding(mend)];
  if (createdBy === CREATED_BY) return [];
  return [rewrittenFinding(createdBy, digestIn(entry, () => true) !== undefined)];
}

/** Beyond what reading checks: that the file says for which days it speaks, and that its values can be. */
async function checkActions(blobs: Blobs, path: string, ticker: string): Promise<void> {
  const { entries } = (await readBookFile(blobs, ticker)).book;
  const file = await blobs.read(path);
  if (file === undefined) return;
  const footer = await readActionsFooter(file);
  const json = ownEntry(footer.metadata, { ticker })?.json;
  if (json === undefined || json['rows'] !== footer.rows || !Array.isArray(json['covered']))
    throw new BackfillError('store-corrupt', 'it does not say for which days it speaks');
  for (const [i, { action }] of entries.entries()) {
    const value = action.kind === 'split' ? action.ratio : action.amount;
    if (!(value > 0)) throw new BackfillError('store-corrupt', `it holds a ${action.kind} of ${value}`);
    const before = entries[i - 1]?.action;
    if (before !== undefined && before.exDay > action.exDay)
      throw new BackfillError('store-corrupt', 'its rows are not ascending by ex-date');
    if (before?.exDay === action.exDay && before.kind === action.kind)
      throw new BackfillError('store-corrupt', `it holds two ${action.kind}s of one day`);
  }
}

async function checkRecord(blobs: Blobs, path: string): Promise<void> {
  const text = await readText(blobs, path);
  if (text === undefined) return;
  const found = recordIn(text);
  if (found === undefined) throw new BackfillError('store-corrupt', 'it is no record of a run, or no JSON');
  if (found.seal === 'broken')
    throw new BackfillError(
      'store-corrupt',
      'it was changed since it was written: what the run did is not known by it',
    );
}
