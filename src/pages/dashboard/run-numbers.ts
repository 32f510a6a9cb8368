import type { QuotaNow, RunNow } from '../../report/dashboard/live-data.ts';
import { countText, element, replaceAll } from '../dom.ts';
import { limitOf } from './pace-chart.ts';
import { bytesText, clockText, durationText, instantText, runLink } from './texts.ts';

const PHASES: Readonly<Record<RunNow['phase'], string>> = {
  planning: 'Run being planned',
  running: 'Run in progress',
  ended: 'Run ended',
  stopped: 'Run stopped',
  failed: 'Run failed',
};

/** What a run is, how far it is, and its numbers. */
export interface RunNumbers {
  readonly part: HTMLElement;
  show(run: RunNow): void;
}

export function runNumbers(): RunNumbers {
  const phase = element('h1', { id: 'phase', 'aria-live': 'polite' });
  const said = element('div', { id: 'said' });
  const bar = element('progress', {
    id: 'progress',
    max: 1,
    value: 0,
    'aria-label': 'Series that are finished',
  });
  const line = element('p', { id: 'how-far' });
  const list = element('dl', { class: 'totals', id: 'numbers' });
  const end = element('pre', { id: 'end', tabindex: 0, hidden: true, 'aria-label': 'What the run said' });
  const records = element('p', { id: 'records', hidden: true });
  const values = new Map<string, { readonly named: HTMLElement; readonly made: HTMLElement }>();
  const set = (element_: HTMLElement, text: string): void => {
    if (element_.textContent !== text) element_.textContent = text;
  };
  return {
    part: element('section', { id: 'run', 'aria-labelledby': 'phase' }, [
      phase,
      said,
      bar,
      line,
      list,
      records,
      end,
    ]),
    show: (run) => {
      set(phase, `${PHASES[run.phase]}: ${run.provider}`);
      phase.className = `phase-${run.phase}`;
      const lines = [...run.said, `Begun ${instantText(run.startedAt)} UTC`];
      if (said.textContent !== lines.join(''))
        replaceAll(
          said,
          lines.map((one) => element('p', { class: 'hint' }, one)),
        );
      bar.max = Math.max(1, run.total);
      bar.value = run.phase === 'ended' && run.total === 0 ? 1 : run.done;
      set(line, howFar(run));
      for (const [name, value, id] of numbersOf(run)) {
        const known = values.get(id);
        if (known !== undefined) {
          set(known.named, name);
          set(known.made, value);
        } else {
          const [named, made] = [element('dt', {}, name), element('dd', { id: `now-${id}` }, value)];
          values.set(id, { named, made });
          list.append(element('div', {}, named, made));
        }
      }
      showRecords(records, run.records);
      values.get('failed')?.made.classList.toggle('bad', run.failed > 0);
      end.hidden = run.end.length === 0;
      set(end, run.end.join('\n'));
    },
  };
}

/** Where what a run did can be read as long as the store is there. */
function showRecords(line: HTMLElement, ids: readonly string[]): void {
  const told = ids.join(' ');
  if (line.dataset['ids'] === told) return;
  line.dataset['ids'] = told;
  line.hidden = ids.length === 0;
  replaceAll(line, [
    'On record: ',
    ...ids.flatMap((id, i) => (i === 0 ? [runLink(id)] : [', ', runLink(id)])),
  ]);
}

/** `42 of 503 series (8.3%), ETA 1h 32m 15s, elapsed 8m 2s` */
function howFar({ done, total, phase, leftMs, resumesAt, elapsedMs }: RunNow): string {
  const percent = total === 0 ? 0 : Math.floor((1000 * done) / total) / 10;
  const where = `${countText(done)} of ${countText(total)} series (${percent.toFixed(1)}%)`;
  const left =
    phase !== 'running'
      ? []
      : resumesAt === null
        ? [leftMs === null ? 'ETA not known yet' : `ETA ${durationText(leftMs)}`]
        : [`throttled, resumes ${clockText(resumesAt)}`];
  return [where, ...left, `elapsed ${durationText(elapsedMs)}`].join(', ');
}

/** Whether its bars are those of its summary: until then some of them may be taken back. */
function isSummed({ phase }: RunNow): boolean {
  return phase === 'ended' || phase === 'stopped';
}

function numbersOf(run: RunNow): (readonly [name: string, value: string, id: string])[] {
  const limit = limitOf(run);
  const counted = run.quotas.filter(({ used }) => used !== null);
  return [
    ['Bars/s', countText(run.barsPerSecond), 'bars-per-second'],
    [
      'Requests/min',
      `${countText(Math.round(run.requestsPerMinute))}${limit === null ? '' : ` of ${countText(Math.round(limit))}`}`,
      'requests-per-minute',
    ],
    ['Tasks in work', countText(run.tasksInWork), 'tasks-in-work'],
    ['Workers', countText(run.workers), 'workers'],
    [isSummed(run) ? 'Bars' : 'Bars that came', countText(run.bars), 'bars'],
    ['Requests', countText(run.sent), 'sent'],
    ['Retries', countText(run.retries), 'retries'],
    ['Throttled (429)', countText(run.throttles), 'throttles'],
    ['Failed', countText(run.failed), 'failed'],
    ['Not to be had', countText(run.unavailable), 'unavailable'],
    ['Received', bytesText(run.bytesReceived), 'bytes'],
    ['Quota used', counted.length === 0 ? '–' : counted.map(usedText).join(', '), 'quota'],
  ];
}

function usedText({ name, used }: QuotaNow): string {
  return `${countText(used ?? 0)} of ${name}`;
}
