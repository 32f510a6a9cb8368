import type { Calendar } from '../core/calendar/calendar.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { grouped } from '../core/grouped.ts';
import { parseDay } from '../core/session/day.ts';
import { type Page, printable, wrapped } from './page.ts';
import type { SeriesCoverage, SessionRun } from './series-coverage.ts';
import { formatCount, plural } from './table.ts';

/** Runs of one reason that are named; a whole page names all of what is missing (`--json` has all of all). */
const NAMED_RUNS = 4;

/** What stands below a series' line: why bars are not there, and on demand which sessions are missing. */
export function seriesNotes(one: SeriesCoverage, missing: boolean, page: Page): string[] {
  const notes = [
    ...absenceLines(one),
    ...one.damaged.map((path) => `  damaged: ${path}`),
    ...provisionalLines(one),
    ...(missing && one.missing > 0 ? [missingLine(one, page)] : []),
  ];
  return notes.flatMap((note) => noteLines(note, page));
}

/** A note below a series' line, as deep as it begins with blanks. */
function noteLines(note: string, { columns }: Page): string[] {
  const text = note.trimStart();
  return wrapped(printable(text), columns, { indent: note.length - text.length, hang: 2 });
}

/** Sessions of which the stored bars may not be the last word: those that are over by name, and the one that may go on. */
function provisionalLines({ provisional, unsure, provisionalSessions }: SeriesCoverage): string[] {
  const open = provisional - unsure;
  const openLines = open === 0 ? [] : [`  provisional ${open}: not settled yet, fetched again once it is`];
  if (unsure === 0) return openLines;
  const names = provisionalSessions.slice(0, NAMED_RUNS);
  const more = unsure > NAMED_RUNS ? [`and ${unsure - NAMED_RUNS} more`] : [];
  return [
    `  provisional ${unsure}: ${[...names, ...more].join(', ')} (not final: fetched again, or confirmed by the next answer)`,
    ...openLines,
  ];
}

/** Where sessions lie that should have a bar. */
const PLACES = {
  before: ' before its first bar',
  between: ' between its bars',
  after: ' after its last bar',
  nowhere: '',
} as const;

function absenceLines({ absences, advisory, calendar }: SeriesCoverage): string[] {
  const kinds = grouped(absences, ({ reason, place = 'nowhere' }) => `${reason} ${place}`).values();
  const ofExchange = calendarById(calendar);
  const lines = [...kinds].flatMap((runs) => {
    const sessions = runs.reduce((sum, run) => sum + run.sessions, 0);
    const [first] = runs;
    const said = first === undefined ? '' : ` (${first.provider}, ${first.checkedAt.slice(0, 10)})`;
    const notes = new Set(runs.flatMap(({ note }) => (note === undefined ? [] : [note])));
    const { reason = '', place = 'nowhere' } = first ?? {};
    return [
      `  ${reason} ${sessions}${PLACES[place]}: ${runsText(joinedRuns(runs, ofExchange), NAMED_RUNS)}${said}`,
      ...[...notes].slice(0, NAMED_RUNS).map((note) => `    ${note}`),
    ];
  });
  if (advisory) lines.push(`  no calendar for this exchange: expected is a guess (${calendar})`);
  return lines;
}

function missingLine({ missing, missingRuns }: SeriesCoverage, { isWhole }: Page): string {
  return `  missing ${missing}: ${runsText(missingRuns, isWhole ? missingRuns.length : NAMED_RUNS)}`;
}

/** Ascending runs, those as one that no session parts: a long hole is answered for in pieces, each with its own moment. */
function joinedRuns(runs: readonly SessionRun[], calendar: Calendar): readonly SessionRun[] {
  const joined: SessionRun[] = [];
  for (const { from, to, sessions } of runs) {
    const last = joined.at(-1);
    if (last === undefined || calendar.nextSession(parseDay(last.to)) !== parseDay(from))
      joined.push({ from, to, sessions });
    else joined[joined.length - 1] = { from: last.from, to, sessions: last.sessions + sessions };
  }
  return joined;
}

/** `2024-06-03..2024-06-28 (20 sessions), 2024-07-01, and 3 more`; of a single run the number is told already. */
function runsText(runs: readonly SessionRun[], most: number): string {
  const names = runs.slice(0, most).map(({ from, to, sessions }) => {
    if (from === to) return from;
    return runs.length === 1 ? `${from}..${to}` : `${from}..${to} (${plural(sessions, 'session')})`;
  });
  return [...names, ...(runs.length > most ? [`and ${formatCount(runs.length - most)} more`] : [])].join(
    ', ',
  );
}
