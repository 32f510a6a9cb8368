import { calendarById } from '../../../core/calendar/calendars.ts';
import type { Day } from '../../../core/session/day.ts';
import type { HttpAnswer } from '../../http/transport.ts';
import { FILE_WHOLE_MS } from '../settings.ts';
import { flatRefusal, isForbidden, notInPlan, nothingInPlan } from './errors.ts';
import { type FlatFile, tableOfFile } from './files.ts';
import type { DamagedFiles } from './reading.ts';

// A file that is refused beside a listing may be older than the plan reaches, or the plan may have none: the newest one tells.

/** What the answers of the files said of the keys and of the plan. */
export interface SeenFiles {
  /** Whether the keys were given a list: a refusal of a file is the plan's. */
  isListed: boolean;
  /** The tables of which a file was given: the plan has some. */
  readonly given: Set<string>;
  readonly damaged: DamagedFiles;
}

export function nothingSeen(): SeenFiles {
  return { isListed: false, given: new Set(), damaged: new Map() };
}

/** The last session whose file is whole. */
export function newestSession(now: number): Day {
  return calendarById('XNYS').lastSettled(now, FILE_WHOLE_MS);
}

/** Takes nothing of a file: that it is given is all that is asked. */
export async function firstByte(body: AsyncIterable<Uint8Array>): Promise<null> {
  for await (const _ of body) break;
  return null;
}

/**
 * The file that tells why another one is refused: `newest`, of its market. Throws `not-entitled` where that is known: of all files
 * of the market where none is newer, else of this one, as by default.
 */
export function toldByNewest(
  file: FlatFile,
  newest: FlatFile | undefined,
  { given }: Pick<SeenFiles, 'given'>,
): FlatFile {
  if (newest === undefined || given.has(tableOfFile(file))) throw notInPlan(file.key);
  if (newest.day <= file.day) throw nothingInPlan(file.key);
  return newest;
}

/** Throws what the newest file tells of one that was refused. */
export function afterNewest(
  answer: HttpAnswer,
  file: FlatFile,
  newest: FlatFile,
  { given }: Pick<SeenFiles, 'given'>,
): never {
  if (isForbidden(answer)) throw nothingInPlan(file.key);
  if (answer.status === 200 || answer.status === 206) given.add(tableOfFile(file));
  else if (answer.status !== 404) throw flatRefusal(answer, newest.key);
  throw notInPlan(file.key);
}
