/**
 * What is known of a series' sessions, as a short text: for each run of sessions in a row its entry in the legend, as a number
 * to the base of 26 whose first digit is a capital letter, and how many sessions it is, if more than one: `A250BA12`. Read by
 * the page too, where nothing of Node is.
 */

/** Sessions in a row of which the same is known. `entry`: place in the legend, from 0. */
export interface CodedRun {
  readonly entry: number;
  readonly sessions: number;
}

const LETTERS = 26;
const CAPITAL_A = 65;
const SMALL_A = 97;

export function encodeRuns(runs: readonly CodedRun[]): string {
  let text = '';
  for (const { entry, sessions } of runs) text += entryText(entry) + (sessions === 1 ? '' : String(sessions));
  return text;
}

export function decodeRuns(text: string): CodedRun[] {
  const runs: CodedRun[] = [];
  for (const [, capital = '', small = '', count = ''] of text.matchAll(/([A-Z])([a-z]*)(\d*)/g)) {
    let entry = capital.charCodeAt(0) - CAPITAL_A;
    for (let i = 0; i < small.length; i++) entry = entry * LETTERS + small.charCodeAt(i) - SMALL_A;
    runs.push({ entry, sessions: count === '' ? 1 : Number(count) });
  }
  return runs;
}

function entryText(entry: number): string {
  let [rest, small] = [entry, ''];
  for (; rest >= LETTERS; rest = Math.floor(rest / LETTERS))
    small = String.fromCharCode(SMALL_A + (rest % LETTERS)) + small;
  return String.fromCharCode(CAPITAL_A + rest) + small;
}

/** Ascending numbers as the first one and the steps between them, which are short. */
export function stepsOf(ascending: readonly number[]): number[] {
  return ascending.map((value, i) => value - (i === 0 ? 0 : (ascending[i - 1] as number)));
}

/** The numbers that `stepsOf` made steps of. */
export function fromSteps(steps: readonly number[]): number[] {
  let at = 0;
  return steps.map((step) => (at += step));
}
