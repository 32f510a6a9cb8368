import type {
  MachinesNow,
  RunChange,
  RunNow,
  RunSnapshot,
  StoreNow,
} from '../../report/dashboard/live-data.ts';
import type { DashboardPage } from '../../report/dashboard/page-data.ts';
import { countText, element, replaceAll, section } from '../dom.ts';
import { liveTable } from './live-table.ts';
import { machinesPart } from './machines.ts';
import { paceChart } from './pace-chart.ts';
import { RunMap } from './run-map.ts';
import { runNumbers } from './run-numbers.ts';
import { RUN_COLUMNS, spoiltText } from './run-rows.ts';
import { bytesText, clockText, seriesLink, shortTimeText, tiles } from './texts.ts';

type LivePage = Extract<DashboardPage, { readonly page: 'live' }>;

/** The run of the server's process as it goes on, and the runs on record. */
export function livePage({ hasRuns, trouble }: LivePage): HTMLElement[] {
  const run = runParts();
  const store = storeParts(hasRuns, trouble);
  const machines = machinesPart();
  const link = element('p', { id: 'link', class: 'link-state', role: 'status' }, 'Connecting …');
  const idle = element(
    'h1',
    { id: 'idle' },
    hasRuns ? 'No run has begun yet' : 'No run goes on in this process',
  );
  listen(link, {
    run: (snapshot) => {
      idle.hidden = snapshot.run !== null;
      run.whole(snapshot);
    },
    change: run.change,
    store: store.show,
    machines: machines.show,
  });
  return [link, idle, store.head, ...run.parts, machines.part, store.part];
}

interface Told {
  readonly run: (snapshot: RunSnapshot) => void;
  readonly change: (change: RunChange) => void;
  readonly store: (store: StoreNow) => void;
  readonly machines: (machines: MachinesNow) => void;
}

/** Listens for as long as the page is open; the browser comes back by itself whenever the connection is lost. */
function listen(link: HTMLElement, told: Told): void {
  const events = new EventSource('/events');
  let isEnd = false;
  const say = (state: 'on' | 'off' | 'end', text: string): void => {
    link.textContent = text;
    link.className = `link-state is-${state}`;
  };
  const on = (name: string, tell: (data: never) => void): void =>
    events.addEventListener(name, (event) => tell(JSON.parse((event as MessageEvent<string>).data) as never));
  events.addEventListener('open', () => {
    isEnd = false;
    say('on', 'Live');
  });
  events.addEventListener('error', () => {
    if (!isEnd) say('off', 'The connection is lost; trying again …');
    // A refusal ends it for good, unlike a connection that is lost.
    if (events.readyState === EventSource.CLOSED) window.setTimeout(() => window.location.reload(), 5000);
  });
  on('run', told.run);
  on('change', told.change);
  on('store', told.store);
  on('machines', told.machines);
  on('bye', () => {
    isEnd = true;
    say(
      'end',
      'The process has ended, and this is how it stood; the page goes on when there is another one here',
    );
  });
}

function runParts(): {
  readonly parts: readonly HTMLElement[];
  readonly whole: (snapshot: RunSnapshot) => void;
  readonly change: (change: RunChange) => void;
} {
  const numbers = runNumbers();
  const pace = paceChart();
  const map = new RunMap();
  const tables = runTables();
  const parts = [numbers.part, section('pace', 'Pace', pace.chart.frame), map.part, tables.part];
  let paces: RunSnapshot['paces'] = [];
  const show = (run: RunNow): void => {
    numbers.show(run);
    tables.show(run);
  };
  const hide = (isHidden: boolean): void => {
    for (const part of parts) part.hidden = isHidden;
  };
  hide(true);
  return {
    parts,
    whole: (snapshot) => {
      const { run } = snapshot;
      hide(run === null);
      if (run === null) return;
      paces = snapshot.paces;
      show(run);
      map.show(snapshot.series, snapshot.marks, snapshot.more);
      pace.show(paces, run);
    },
    change: ({ run, marks, paces: anew }) => {
      show(run);
      map.change(marks);
      if (anew === undefined) return;
      paces = anew;
      pace.show(paces, run);
    },
  };
}

function runTables(): { readonly part: HTMLElement; readonly show: (run: RunNow) => void } {
  const errors = liveTable<RunNow['errors'][number]>(
    'Errors by code',
    [
      { title: 'Code', content: ([code]) => code },
      { title: 'Series', content: ([, wants]) => countText(wants), isNumber: true },
    ],
    'No series has failed.',
  );
  const slowest = liveTable<RunNow['slowest'][number]>(
    'Slowest series',
    [
      { title: 'Ticker', content: ({ ticker, interval }) => seriesLink(ticker, interval) },
      { title: 'Int', content: ({ interval }) => interval },
      { title: 'In work', content: ({ ms }) => shortTimeText(ms), isNumber: true },
      { title: 'Provider', content: ({ fetchMs }) => shortTimeText(fetchMs), isNumber: true },
      { title: 'Store', content: ({ storeMs }) => shortTimeText(storeMs), isNumber: true },
    ],
    'No series is done.',
  );
  const failures = liveTable<RunNow['failures'][number]>(
    'Recent failures',
    [
      { title: 'Ticker', content: ({ ticker, interval }) => seriesLink(ticker, interval) },
      { title: 'Int', content: ({ interval }) => interval },
      { title: 'At', content: ({ at }) => clockText(at) },
      { title: 'Code', content: ({ code }) => code },
      { title: 'Why', content: ({ message }) => message },
    ],
    'No series has failed.',
  );
  const part = element(
    'div',
    {},
    element(
      'div',
      { class: 'pair' },
      section('errors', 'Errors by code', errors.part),
      section('slowest', 'Slowest series', slowest.part),
    ),
    section('failures', 'Recent failures', failures.part),
  );
  return {
    part,
    show: (run) => {
      errors.show(run.errors);
      slowest.show(run.slowest);
      failures.show(run.failures);
    },
  };
}

function storeParts(
  hasRuns: boolean,
  before: StoreNow['trouble'],
): {
  readonly part: HTMLElement;
  readonly head: HTMLElement;
  readonly show: (store: StoreNow) => void;
} {
  const runs = liveTable('Last runs', RUN_COLUMNS, 'No run is on record.');
  const spoilt = element('p', { class: 'hint' });
  const next = element('p', { id: 'next', hidden: true });
  const writer = element('p', { id: 'writer', hidden: true });
  const content = element('div', { id: 'content' });
  const trouble = troubleLine();
  trouble.show(before);
  const looking = element('p', { class: 'hint', id: 'looking' }, 'Looking into the store …');
  runs.part.hidden = true;
  const title = hasRuns ? 'Runs before' : 'Last runs';
  const part = section('last-runs', title, looking, runs.part, spoilt);
  part.hidden = before !== null;
  return {
    part,
    head: element('div', {}, trouble.line, next, writer, content),
    show: (store) => {
      const now = store.isKnown ? store.trouble : before;
      trouble.show(now);
      part.hidden = now !== null;
      content.hidden = now !== null;
      looking.hidden = store.isKnown;
      runs.part.hidden = !store.isKnown;
      runs.show(store.runs);
      spoilt.textContent = spoiltText(store.spoilt);
      for (const [line, text] of [
        [next, store.next],
        [writer, store.writer],
      ] as const) {
        line.textContent = text ?? '';
        line.hidden = text === null;
      }
      if (store.content !== null) replaceAll(content, [contentTiles(store.content)]);
    },
  };
}

/** Why the store cannot be shown, for as long as it cannot. */
function troubleLine(): {
  readonly line: HTMLElement;
  readonly show: (trouble: StoreNow['trouble']) => void;
} {
  const line = element('p', { id: 'store-trouble', role: 'alert', hidden: true });
  return {
    line,
    show: (trouble) => {
      line.hidden = trouble === null;
      const text = trouble === null ? '' : `${trouble.title}. ${trouble.message}`;
      if (line.textContent !== text) line.textContent = text;
    },
  };
}

/** What lies in a store. */
function contentTiles({
  series,
  tickers,
  bars,
  bytes,
  damaged,
  left,
}: NonNullable<StoreNow['content']>): HTMLElement {
  return tiles([
    ['Series', countText(series), 'stored-series'],
    ['Tickers', countText(tickers), 'stored-tickers'],
    ['Bars', countText(bars), 'stored-bars'],
    ['Size', bytesText(bytes), 'stored-bytes'],
    ['Damaged files', countText(damaged), 'stored-damaged'],
    ['Left to retry', countText(left), 'stored-left'],
  ]);
}
