import { once } from 'node:events';
import { EXIT } from './exit-codes.ts';
import type { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { BackfillError } from '../index.ts';
import { type SameAsHere, asPasted, escaped, plural, wrapped } from '../terminal.ts';
import { jsonPieces } from './json-pieces.ts';
import type { LiveLine } from './live-line.ts';
import { columnsOf } from './page.ts';
import { messageInFlags } from './in-flags.ts';

/**
 * Whoever reads may stop reading (`| head`): what is written then is nobody's, and no error. Output that cannot be
 * written for another reason, such as a full disk, is a failure: `print` throws it, and what says so on a stderr that is
 * full itself is lost.
 */
export function tolerateClosedOutput(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') outputFailure ??= error;
  });
}

/** Why stdout cannot be written, once that is so. */
let outputFailure: Error | undefined;

/** Throws where what was printed so far could not be written: a full disk is a failure, not a mistake. */
export async function assertPrinted(): Promise<void> {
  // The stream says so in its next turn.
  await new Promise(setImmediate);
  refuseUnprinted();
}

function refuseUnprinted(): void {
  if (outputFailure === undefined) return;
  const message = `stdout cannot be written (${outputFailure.message})`;
  throw new BackfillError('store-unusable', message, { cause: outputFailure });
}

const NOTHING_SAID: SameAsHere = { store: '', source: '' };
let here = NOTHING_SAID;

/**
 * From now on has commands that are told, in messages and reports, speak of the same as the one that is carried out. Default: as
 * one that gives no option.
 */
export function tellAsHere(same: SameAsHere = NOTHING_SAID): void {
  here = same;
}

/** What those commands need. */
export function toldHere(): SameAsHere {
  return here;
}

/** The line below everything that is told, if there is one. */
let bottom: LiveLine | undefined;

/** Keeps a line below whatever is told or printed from now on. Gives the function that ends it. */
export function keepAtBottom(line: LiveLine): () => void {
  bottom = line;
  return () => {
    line.end();
    if (bottom === line) bottom = undefined;
  };
}

/** Leaves the terminal as if there were no such line, until it is shown again. */
export function clearBottom(): void {
  bottom?.clear();
}

/** stdout is data. Waits while the reader is slow. */
export async function print(lines: readonly string[]): Promise<void> {
  const { stdout } = process;
  await printPieces(
    lines.flatMap((line) => fitting(shown(line), stdout)),
    '\n',
  );
}

/** One line of JSON, made as it is written. */
export async function printJson(value: object): Promise<void> {
  await printPieces(jsonPieces(value), '');
  await printText('\n');
}

/** Characters that are written at once, at least. */
const PORTION = 65_536;

async function printPieces(pieces: Iterable<string>, end: string): Promise<void> {
  let text = '';
  for (const piece of pieces) {
    text += piece + end;
    if (text.length < PORTION) continue;
    await printText(text);
    text = '';
    if (!process.stdout.writable) return;
  }
  await printText(text);
}

/** Text for stdout as it is; waits like `print`. */
export async function printText(text: string): Promise<void> {
  const { stdout } = process;
  clearBottom();
  refuseUnprinted();
  if (stdout.writable && !stdout.write(text)) await drained(stdout);
}

/** Settles once more can be written, or nothing any more; leaves no listener. */
export async function drained(stream: Writable): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })]).catch(
    () => undefined,
  );
  waiting.abort();
}

/** The same, and whether somebody still reads. */
export async function printToReader(text: string): Promise<boolean> {
  const { stdout } = process;
  clearBottom();
  refuseUnprinted();
  if (!stdout.writable) return false;
  const isTaken = await new Promise<boolean>((resolve) => {
    stdout.write(text, (error) => resolve(!error));
  });
  if (!isTaken) await assertPrinted();
  return isTaken;
}

/** `| head` has what it wanted of bars or rows. How much of the last block went through the pipe nobody can tell. */
export function tellCutShort(offered: number, noun: string): void {
  tell(`The reader closed the pipe: at most the first ${plural(Math.max(0, offered), noun)} were written.`);
}

/** stderr is progress and messages. */
export function tell(text: string): void {
  clearBottom();
  const { stderr } = process;
  const lines = text.split('\n').flatMap((line) => fitting(escaped(line), stderr));
  if (stderr.writable) stderr.write(`${lines.join('\n')}\n`);
}

/** Writes text as it is, above the line at the bottom if it comes onto the terminal: that stays, however fast text comes. */
export function tellWhole(text: string, stream: WriteStream): void {
  if (stream.isTTY) clearBottom();
  if (stream.writable) stream.write(text);
  if (stream.isTTY) bottom?.again();
}

const ESCAPE = '\u001B';

/** The colours that reports have of their own. */
const COLOURS = new RegExp(`(${ESCAPE}\\[(?:1|22|31|33|39)m)`);

/** A line of a report with whatever else commands a terminal escaped: names, and what others say, come from anywhere. */
function shown(line: string): string {
  return line
    .split(COLOURS)
    .map((part, i) => (i % 2 === 1 ? part : escaped(part)))
    .join('');
}

/**
 * A line as a terminal shows it, broken between words where whoever made it did not know how wide that is, and with its
 * commands as they can be pasted.
 */
function fitting(line: string, stream: WriteStream): string[] {
  const text = line.trimStart();
  const indent = line.length - text.length;
  const pasted = asPasted(text, here);
  const columns = columnsOf(stream);
  // A command made longer breaks a line that had its width, and what it says goes on in its column.
  const label = pasted === text ? 0 : (LABEL.exec(text)?.[0].length ?? 0);
  const hang = indent + label > columns / 2 ? 0 : label;
  return wrapped(pasted, columns, { indent, hang, wholeWords: true });
}

/** A word or two before what is said of them in a column of its own. */
const LABEL = /^\S+(?: \S+)? {2,}(?=\S)/;

/** Names dividends whose size is in doubt, of bars that are adjusted for them all the same. */
export function tellDoubts(doubts: readonly string[]): void {
  for (const doubt of doubts) tell(`warning: ${doubt}`);
  if (doubts.length > 0)
    tell('Adjusted for them as they are; to correct one: backfill actions TICKER --add DATE,dividend,AMOUNT');
}

/** Codes that mean that the user asked for something impossible: one line, no stack. */
const USER_MISTAKES: ReadonlySet<string> = new Set([
  'usage',
  'invalid-date',
  'invalid-ticker',
  'unknown-provider',
  'unsupported-interval',
  'store-locked',
  'store-unusable',
  'queue-unusable',
]);

/** Whether a disk is full or fails, or the lock was taken away under a writer: no mistake in the command. */
function isMishap(cause: unknown): boolean {
  return (
    cause instanceof Error &&
    'code' in cause &&
    ['ENOSPC', 'EDQUOT', 'EIO', 'ESTALE'].includes(String(cause.code))
  );
}

/** Says what stopped a command and gives its exit code. A mistake of the user's is one line; a bug keeps its stack. */
export function reportError(program: string, error: unknown): number {
  if (error instanceof BackfillError) tell(`${program}: ${messageInFlags(error)}`);
  else tell(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCodeOfError(error);
}

/** The exit code of a command that an error stopped. */
export function exitCodeOfError(error: unknown): number {
  if (!(error instanceof BackfillError)) return EXIT.someFailed;
  if (error.code === 'quota-exhausted') return EXIT.quotaExhausted;
  return USER_MISTAKES.has(error.code) && !isMishap(error.cause) ? EXIT.usage : EXIT.someFailed;
}
