import { shown } from '../../core/shown.ts';

/** What is wrong with the first bad one of some members; undefined if nothing is. */
export function faultOfMembers(members: readonly unknown[]): string | undefined {
  const at = members.findIndex((member) => !isMember(member));
  if (at < 0) return undefined;
  const must = '{ ticker, name, type, exchange, listed, delisted, source }, dates as days or null';
  return `${shown(members[at])}; a member is ${must}`;
}

function isMember(member: unknown): boolean {
  if (typeof member !== 'object' || member === null) return false;
  const { ticker, name, type, exchange, listed, delisted, source } = member as Record<string, unknown>;
  return (
    typeof ticker === 'string' &&
    ticker !== '' &&
    [name, type, exchange].every((text) => text === null || typeof text === 'string') &&
    [listed, delisted].every((day) => day === null || Number.isSafeInteger(day)) &&
    typeof source === 'string'
  );
}
