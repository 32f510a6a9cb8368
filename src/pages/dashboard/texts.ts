import { countText, element } from '../dom.ts';

/** `1h 38m 42s`, `42s`, `0s`; from a day on whole hours: `1 day`, `20 days 3h`. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds >= 86_400) {
    const hours = Math.round(seconds / 3600);
    const days = Math.floor(hours / 24);
    return `${days} day${days === 1 ? '' : 's'}${hours % 24 === 0 ? '' : ` ${hours % 24}h`}`;
  }
  const parts = [`${Math.floor(seconds / 3600)}h`, `${Math.floor(seconds / 60) % 60}m`, `${seconds % 60}s`];
  return parts.filter((part) => !part.startsWith('0')).join(' ') || '0s';
}

/** `850ms`, `1.25s`, `42s`: how long something short took. */
export function shortTimeText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  return ms < 10_000 ? `${(ms / 1000).toFixed(2)}s` : durationText(ms);
}

/** `2026-11-27 14:02` in UTC. */
export function instantText(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

/** `14:02:07`, on the clock of the browser. */
export function clockText(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** `4.2 MB` */
export function bytesText(bytes: number): string {
  let [size, unit] = [bytes, 0];
  for (; size >= 1000 && unit < UNITS.length - 1; unit++) size /= 1000;
  return `${unit === 0 ? countText(size) : size.toFixed(1)} ${UNITS[unit]}`;
}

/** Where the page of a series is, whatever is in its ticker. */
export function seriesPath(ticker: string, interval: string): string {
  return `/series/${encodeURIComponent(ticker)}/${encodeURIComponent(interval)}`;
}

export function seriesLink(ticker: string, interval: string): HTMLAnchorElement {
  return element('a', { href: seriesPath(ticker, interval) }, ticker);
}

export function runLink(id: string): HTMLAnchorElement {
  return element('a', { href: `/runs/${encodeURIComponent(id)}` }, id);
}

/** Numbers with their names, as tiles. */
export function tiles(numbers: readonly (readonly [name: string, value: string, id: string])[]): HTMLElement {
  return element(
    'dl',
    { class: 'totals' },
    numbers.map(([name, value, id]) =>
      element('div', {}, element('dt', {}, name), element('dd', { id }, value)),
    ),
  );
}
