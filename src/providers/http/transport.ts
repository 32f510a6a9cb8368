import type * as Http from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type Readable, type Transform, pipeline } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { BackfillError } from '../../core/errors.ts';
import { obstacleOf } from './obstacle.ts';

/** How a request gets on. */
export interface WireEvents {
  /** Called when a connection is being made for it: nobody knows when it arrives, until its answer begins. */
  readonly onConnecting?: () => void;
  /** Called when it has gone over the wire. */
  readonly onSent?: () => void;
  /** Called when its answer begins: it has arrived by then. */
  readonly onHead?: () => void;
  /** Called when the whole of an answer that promises data (2xx) is there, before anybody reads it. */
  readonly onReceived?: () => void;
  /**
   * Called when nothing more comes of its answer, be it that it was broken off: with how many bytes came over the connection,
   * head and body, packed as they were on the way, without those of TLS.
   */
  readonly onBytes?: (bytes: number) => void;
}

export interface HttpRequest extends WireEvents {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Reads the body of an answer that promises data (2xx) as it comes, in pieces of text that end anywhere, so that it is
   * never held whole. Default: it is held whole, as text, which is refused beyond 32 MiB.
   */
  readonly read?: (pieces: AsyncIterable<string>) => Promise<unknown>;
  /** The same of a body that is no text, with the head that came before it. */
  readonly readBytes?: (pieces: AsyncIterable<Uint8Array>, head: Head) => Promise<unknown>;
  /** Whether such a body is held as bytes, in `bytes` of its answer, up to the same size. Default: as text. */
  readonly asBytes?: boolean;
}

/** What comes before a body. */
export type Head = Pick<HttpAnswer, 'status' | 'headers'>;

/** A whole answer: any status, the body as text if not otherwise asked for. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Empty where it was read as it came, or held as bytes. */
  readonly body: string;
  /** The body that was asked for as bytes; undefined where that promises no data. */
  readonly bytes?: Uint8Array;
  /** What the request's `read` or `readBytes` made of it; undefined where neither was asked. */
  readonly read?: unknown;
}

/** Sends one GET and gives its whole answer. Wrappers (quota, retry, time-out) have the same shape and compose. */
export type Send = (request: HttpRequest, signal?: AbortSignal) => Promise<HttpAnswer>;

/**
 * Sends over Node's own HTTP client, which keeps connections alive. (`fetch` costs each thread 70 ms of CPU before its
 * first answer, measured on Node 20.) Throws `network` (retryable) when no whole answer came: refused, reset, cut short;
 * `unreachable` (retryable) when this machine let nothing through to the host.
 * Redirects are not followed: a market-data provider has no reason for one.
 */
export const send: Send = async (request, signal) => {
  try {
    const response = await begin(request, signal);
    const { statusCode: status = 0, headers } = response;
    const isGood = status >= 200 && status < 300;
    const reader = isGood ? readerOf(request, { status, headers }) : undefined;
    if (reader !== undefined) {
      const parts = partsOf(decoded(response), request, signal);
      return { status, headers, body: '', read: await readBy(() => reader(parts), signal) };
    }
    const answer: HttpAnswer =
      isGood && request.asBytes === true
        ? { status, headers, body: '', bytes: await boundedBytes(decoded(response)) }
        : { status, headers, body: await boundedText(decoded(response)) };
    if (isGood && request.onReceived) {
      request.onReceived();
      // Reading an answer takes a while: lets the next request go out before.
      await nextTurn();
    }
    return answer;
  } catch (error) {
    throw failureOf(error, request, signal);
  }
};

/** What an error on the wire is for who asked. */
function failureOf(error: unknown, { url }: HttpRequest, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof BackfillError) return error;
  const obstacle = obstacleOf(error);
  const how = { retryable: true, cause: error };
  return obstacle === undefined
    ? new BackfillError('network', `no answer from ${url.host}: ${messageOf(error)}`, how)
    : new BackfillError('unreachable', `cannot reach ${url.host}: ${obstacle}`, how);
}

/** How a request reads a body as it comes; undefined: it is held whole. */
function readerOf(
  { read, readBytes }: HttpRequest,
  head: Head,
): ((parts: AsyncIterable<Uint8Array>) => Promise<unknown>) | undefined {
  if (readBytes !== undefined) return (parts) => readBytes(parts, head);
  return read && ((parts) => read(textOf(parts)));
}

/** A provider's own reading of a body; what it throws is no trouble of the wire. */
async function readBy(read: () => Promise<unknown>, signal: AbortSignal | undefined): Promise<unknown> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof BackfillError || signal?.aborted) throw cause;
    throw new BackfillError('internal', `an answer is not read: ${messageOf(cause)}`, { cause });
  }
}

type Client = Pick<typeof Http, 'request' | 'Agent'>;

/** By protocol; TLS takes a while to load. */
const CLIENTS: Readonly<Record<string, () => Promise<Client>>> = {
  'http:': () => import('node:http'),
  'https:': () => import('node:https'),
};

const agents = new Map<string, Http.Agent>();

/** Connections that nobody used for this long, in ms, are closed, so that few are used that the server is closing. */
const IDLE_MS = 4000;

/** Sends a request and gives its answer as soon as its head is there. */
async function begin(
  { url, headers, onConnecting, onSent, onHead, onBytes }: HttpRequest,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const { protocol } = url;
  const { request, Agent } = await (CLIENTS[protocol] ?? unsupported(protocol))();
  const agent = agents.get(protocol) ?? new Agent({ keepAlive: true, timeout: IDLE_MS });
  agents.set(protocol, agent);
  return new Promise((resolve, reject) => {
    const sent = { accept: '*/*', 'accept-encoding': 'gzip', ...headers };
    const outgoing = request(url, { agent, headers: sent, ...(signal && { signal }) });
    if (onConnecting) outgoing.once('socket', () => outgoing.reusedSocket || onConnecting());
    if (onSent) outgoing.once('finish', onSent);
    if (onHead) outgoing.once('response', onHead);
    if (onBytes) outgoing.once('socket', (socket) => countBytes(outgoing, socket, onBytes));
    // Whatever else may become of it (an answer that switches protocols is no error, nor a response), it ends closed.
    outgoing.once('close', () => reject(new Error('closed without an answer')));
    outgoing.once('response', resolve).once('error', reject).end();
  });
}

/** A connection has one request at a time, and goes to the next one once this one is closed. */
function countBytes(outgoing: Http.ClientRequest, socket: Socket, note: (bytes: number) => void): void {
  const before = socket.bytesRead;
  outgoing.once('close', () => note(socket.bytesRead - before));
}

function unsupported(protocol: string): never {
  throw new Error(`${protocol} is not spoken, only http: and https:`);
}

/** As much as comes off a socket at once. By Node's own 16 KiB most of the time goes into handing the pieces on. */
const UNPACKED = { chunkSize: 2 ** 16 };

/** By content coding (RFC 9110 §8.4.1). Only gzip is asked for, but not every server asks back. */
const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(UNPACKED),
  'x-gzip': () => createGunzip(UNPACKED),
  deflate: () => createInflate(UNPACKED),
  br: () => createBrotliDecompress(UNPACKED),
};

/** The body as it was before it was compressed. Throws `bad-answer` (retryable) for a coding that is not known. */
function decoded(response: IncomingMessage): Readable {
  const coding = response.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return response;
  const decoder = DECODERS[coding];
  if (decoder === undefined) {
    response.destroy();
    throw new BackfillError('bad-answer', `an answer in the coding ${coding} cannot be read`, {
      retryable: true,
    });
  }
  // What goes wrong is thrown where the text is read.
  return pipeline(response, decoder(), () => undefined);
}

/** No answer to a request for bars is larger: 32 MiB. */
const LARGEST_BODY = 32 * 2 ** 20;

/** No answer that is read as it comes is larger: 1 GiB of text, and a file of 16, as one of all trades of a day has more than 1. */
const LARGEST_READ = 2 ** 30;
const LARGEST_FILE = 16 * LARGEST_READ;

/** The body as it comes, no further than such an answer can reasonably be. Throws what befalls it on the wire. */
async function* partsOf(
  body: Readable,
  request: HttpRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* bounded(body, request.readBytes === undefined ? LARGEST_READ : LARGEST_FILE);
  } catch (error) {
    throw failureOf(error, request, signal);
  }
  request.onReceived?.();
}

/** The same as text, in pieces that end anywhere. */
async function* textOf(parts: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  for await (const part of parts) yield decoder.decode(part, { stream: true });
  yield decoder.decode();
}

async function boundedText(body: Readable): Promise<string> {
  const decoder = new StringDecoder();
  let text = '';
  await eachPart(body, (part) => (text += decoder.write(part)));
  // A byte order mark is none of it, as where it is read in pieces.
  return (text + decoder.end()).replace(/^\uFEFF/, '');
}

async function boundedBytes(body: Readable): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  await eachPart(body, (part) => parts.push(part));
  return Buffer.concat(parts);
}

/**
 * Takes a body part by part, no further than an answer can reasonably be. Throws `bad-answer` (retryable) beyond. By events:
 * iteration, for the few parts that come, is a third of what an answer costs.
 */
function eachPart(body: Readable, take: (part: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    body.on('data', (part: Buffer) => {
      bytes += part.byteLength;
      if (bytes <= LARGEST_BODY) take(part);
      else body.destroy(tooLong(LARGEST_BODY));
    });
    body.once('end', resolve);
    body.once('error', reject);
    body.once('close', () => reject(new Error('closed before the end of an answer')));
  });
}

/** A body of so many bytes at most. Throws `bad-answer` (retryable) for more. */
async function* bounded(body: Readable, most: number): AsyncGenerator<Buffer, void, undefined> {
  let bytes = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    bytes += part.byteLength;
    // Leaving the loop closes the connection.
    if (bytes > most) throw tooLong(most);
    yield part;
  }
}

function tooLong(most: number): BackfillError {
  const message = `an answer of more than ${most / 2 ** 20} MiB is not read to its end`;
  return new BackfillError('bad-answer', message, { retryable: true });
}

/**
 * `Retry-After` in ms: seconds, or an HTTP date (RFC 9110 §10.2.3), which is by the clock of whoever wrote it; undefined if
 * absent or unreadable, and for a date in an answer that does not tell what that clock says.
 */
export function retryAfterMs(headers: IncomingHttpHeaders): number | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const wait = Date.parse(value) - answeredAt(headers);
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/**
 * When an answer was made, ms since the epoch, by the clock of the server (`Date`, RFC 9110 §6.6.1), which its other instants
 * are of: what a caller calls now may be another day, and the clock of this machine may be off. NaN where it does not tell.
 */
export function answeredAt({ date }: IncomingHttpHeaders): number {
  return Date.parse(date ?? '');
}

/** An attempt to connect to several addresses has a code and no message. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
