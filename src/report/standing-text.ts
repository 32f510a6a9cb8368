import { formatCount } from './table.ts';

/** Of sessions that a provider has no bar of. */
export function holesText(series: number): string {
  return `${formatCount(series)} ${series === 1 ? 'has' : 'have'} holes that nobody explains`;
}

/** Of sessions with far fewer bars than is usual. */
export function waitText(series: number): string {
  return `${formatCount(series)} ${series === 1 ? 'waits' : 'wait'} for the next answer to confirm a session`;
}

/** `Damaged: 3  `, or nothing for none. */
export function counted(name: string, count: number): string {
  return count === 0 ? '' : `${name}: ${formatCount(count)}  `;
}

/** Series that the range has no session of. */
export function withoutSessionText(series: number): string {
  return `${formatCount(series)} ${series === 1 ? 'has' : 'have'} no session in the range`;
}
