import type { MachineNow, MachinesNow, QueueDepth } from '../../report/dashboard/live-data.ts';
import { countText, element, section } from '../dom.ts';
import { liveTable } from './live-table.ts';
import { durationText } from './texts.ts';

/** The machines that work for the queues, and what lies in those. */
export interface MachinesPart {
  readonly part: HTMLElement;
  readonly show: (now: MachinesNow) => void;
}

/** It is there from the first word of them on: most stores are filled by one machine. */
export function machinesPart(): MachinesPart {
  const machines = liveTable<MachineNow>(
    'Machines',
    [
      { title: 'Worker', content: ({ name }) => name },
      { title: 'Host', content: ({ host, pid }) => `${host}, process ${pid}` },
      { title: 'Role', content: ({ role }) => role },
      { title: 'Threads', content: ({ threads }) => countText(threads), isNumber: true },
      { title: 'In work', content: ({ inWork }) => countText(inWork), isNumber: true },
      { title: 'Tasks/min', content: ({ perMinute }) => countText(perMinute), isNumber: true },
      { title: 'Done', content: ({ done }) => countText(done), isNumber: true },
      { title: 'Failed', content: ({ failed }) => countText(failed), isNumber: true },
      { title: 'Last heard', content: heardText },
    ],
    'No worker is there; one is started by backfill worker --queue URL --store STORE.',
  );
  const queues = liveTable<QueueDepth>(
    'Queues',
    [
      { title: 'Provider', content: ({ provider }) => provider },
      { title: 'Store', content: ({ store }) => store ?? 'any' },
      { title: 'Waiting', content: ({ waiting }) => countText(waiting), isNumber: true },
      { title: 'Delayed', content: ({ delayed }) => countText(delayed), isNumber: true },
      { title: 'In work', content: ({ active }) => countText(active), isNumber: true },
      { title: 'Parked', content: ({ failed }) => countText(failed), isNumber: true },
    ],
    'Nothing was handed to machines yet.',
  );
  const trouble = element('p', { id: 'queue-trouble', class: 'bad', role: 'alert', hidden: true });
  const where = element('span', { id: 'queue-server' });
  const board = element('a', { href: '/queues' }, 'All tasks');
  const part = section(
    'machines',
    'Machines',
    element('p', { class: 'hint' }, where, ' · ', board),
    trouble,
    machines.part,
    queues.part,
  );
  part.hidden = true;
  return {
    part,
    show: (now) => {
      part.hidden = false;
      where.textContent = now.server;
      trouble.hidden = now.trouble === null;
      trouble.textContent = now.trouble ?? '';
      machines.part.hidden = now.trouble !== null;
      queues.part.hidden = now.trouble !== null;
      machines.show(now.machines);
      queues.show(now.queues);
    },
  };
}

/** `2s ago`; `gone for 3m 2s` of one that has not told anything for long. */
function heardText({ silentMs, isAlive, isDraining }: MachineNow): string {
  if (!isAlive) return `gone for ${durationText(silentMs)}`;
  return `${durationText(silentMs)} ago${isDraining ? ', ends' : ''}`;
}
