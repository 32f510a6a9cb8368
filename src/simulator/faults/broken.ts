import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery } from '../deliver.ts';
import { type WireResponse, bytesOf } from '../wire.ts';
import type { Fault } from './fault.ts';

const DRIP_MS = 1500;
const DRIP_PIECES = 30;

/** Where a body without end ends after all. */
const HUGE_BYTES = 200_000_000;
const FILLER = Buffer.alloc(65_536, ' ');

/** The wire's answer, sent badly. */
export const broken = {
  /** Half of the body, with the length of that half. */
  truncated: ({ answer }) => {
    const half = firstHalf(answer);
    return { head: headOf(answer, half.length), body: [half], ending: 'complete', rows: 0 };
  },
  /** Half of the body, with the length of the whole. */
  'wrong-length': ({ answer }) => ({ ...halfOfWhole(answer), ending: 'close' }),
  /** Headers or, every other time, not even those. */
  stall: ({ answer, random }) => ({
    head: random() < 0.5 ? headOf(answer, bytesOf(answer).length) : null,
    body: [],
    ending: 'silence',
    rows: 0,
  }),
  /** The whole answer, slowly. */
  drip: ({ answer }) => {
    const body = bytesOf(answer);
    return { head: headOf(answer, body.length), body: drops(body), ending: 'complete', rows: answer.rows };
  },
  /** Half of the body, then RST. */
  reset: ({ answer }) => ({ ...halfOfWhole(answer), ending: 'reset' }),
  /** RST before the first byte. The connection was accepted: one listener gets no nearer to ECONNREFUSED. */
  refused: () => ({ head: null, body: [], ending: 'reset', rows: 0 }),
  /** Half of the body, then blanks. */
  huge: ({ answer: { headers, ...answer } }) => ({
    head: { status: 200, headers },
    body: endless(firstHalf(answer)),
    ending: 'complete',
    rows: 0,
  }),
} satisfies Record<string, Fault>;

type Head = NonNullable<Delivery['head']>;

function headOf({ status, headers }: WireResponse, length: number): Head {
  return { status, headers: { ...headers, 'content-length': String(length) } };
}

function firstHalf(answer: Pick<WireResponse, 'body' | 'encoding'>): Buffer {
  const bytes = bytesOf(answer);
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

function halfOfWhole(answer: WireResponse): Omit<Delivery, 'ending'> {
  return { head: headOf(answer, bytesOf(answer).length), body: [firstHalf(answer)], rows: 0 };
}

async function* drops(body: Buffer): AsyncGenerator<Buffer> {
  const size = Math.max(1, Math.ceil(body.length / DRIP_PIECES));
  for (let sent = 0; sent < body.length; sent += size) {
    await sleep(DRIP_MS / DRIP_PIECES, undefined, { ref: false });
    yield body.subarray(sent, sent + size);
  }
}

function* endless(start: Buffer): Generator<Buffer> {
  yield start;
  for (let left = HUGE_BYTES - start.length; left > 0; left -= FILLER.length) yield FILLER.subarray(0, left);
}
