import { fields } from '../codec/json.ts';
import { bytesOfText } from '../files/blobs.ts';
import { RELEASED, RELEASED_UNTIDY } from '../files/layout.ts';
import { isAlive, WRITER } from '../files/writer.ts';
import { textOf } from './client.ts';
import type { Piece } from './objects.ts';

/** A process that has a part in a lease. */
export interface Member {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
  /** Which of them it is: a process may have several. */
  readonly as: string;
  /** Its last sign of life, by the server's clock: ms since the epoch. Undefined in words that are about to be its first. */
  readonly seen: number | undefined;
}

/** What the object of a lease says. */
export interface Words {
  readonly id: string;
  /** How long a member has a part in it without a sign of life. */
  readonly seconds: number;
  readonly renewal: number;
  /** Whether somebody left it who did not leave all in good order. */
  readonly isUntidy: boolean;
  /** The one who took it first, as long as he has a part in it, then those who joined. None: it was released. */
  readonly members: readonly Member[];
}

export function whoWeAre(as: string, seen: number | undefined): Member {
  const { pid, host, command } = WRITER;
  return { pid, host, command, as, seen };
}

/** The same with a sign of life of a member, who may have been taken for dead meanwhile. */
export function renewed(words: Words, own: Member): Words {
  const isIn = words.members.some(({ as }) => as === own.as);
  const members = isIn
    ? words.members.map((member) => (member.as === own.as ? own : member))
    : [...words.members, own];
  return { ...words, renewal: words.renewal + 1, members };
}

/** The same without a member, and without those who are silent for too long at a time of the server's clock. */
export function without(words: Words, own: string, now: number, isInOrder: boolean): Words {
  const others = words.members.filter(({ as }) => as !== own);
  const members = others.filter((member) => !isSilent(words, member, now));
  const isUntidy = words.isUntidy || !isInOrder || members.length < others.length;
  return { ...words, renewal: words.renewal + 1, isUntidy, members };
}

export function isOurs({ members }: Words): boolean {
  return members.some(({ pid, host }) => pid === WRITER.pid && host === WRITER.host);
}

/**
 * Whether nobody has a part in it any more, at a time of the server's clock. Only of one who is alone it is enough that his
 * process is dead: processes of one host may not all see each other.
 */
export function isOver(words: Words, now: number): boolean {
  const living = words.members.filter((member) => !isSilent(words, member, now));
  const [one, ...more] = words.members;
  const isDead = one !== undefined && more.length === 0 && one.host === WRITER.host && !isAlive(one.pid);
  return living.length === 0 || isDead;
}

function isSilent({ seconds }: Words, { seen }: Member, now: number): boolean {
  return seen !== undefined && now - seen > seconds * 1000;
}

export function bytesOf({ id, seconds, renewal, isUntidy, members }: Words): Uint8Array {
  const [first, ...joined] = members;
  if (first === undefined) return bytesOfText(isUntidy ? RELEASED_UNTIDY : RELEASED);
  const more = { ...(joined.length > 0 && { joined }), ...(isUntidy && { untidy: true }) };
  return bytesOfText(`${JSON.stringify({ ...first, id, seconds, renewal, ...more })}\n`);
}

/** What lies there; undefined for what nobody of us wrote. */
export function wordsIn(there: Piece): Words | 'released' | undefined {
  const text = textOf(there.bytes);
  if (text === RELEASED) return 'released';
  try {
    const { id, seconds, renewal, untidy, joined, ...first } = fields(JSON.parse(text)) as Partial<Written>;
    if (typeof id !== 'string' || typeof seconds !== 'number') return undefined;
    const members = [first, ...(joined ?? [])].map((said) => {
      const { pid = 0, host = '', command = '', as = id, seen = there.writtenAt } = said;
      return { pid, host, command, as, seen };
    });
    return { id, seconds, renewal: renewal ?? 0, isUntidy: untidy === true, members };
  } catch {
    return undefined;
  }
}

interface Written extends Member {
  readonly id: string;
  readonly seconds: number;
  readonly renewal: number;
  readonly untidy: boolean;
  readonly joined: readonly Partial<Member>[];
}
