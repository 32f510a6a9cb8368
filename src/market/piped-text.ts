import { openSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { BackfillError } from '../core/errors.ts';
import { TO_READ } from './plain-file.ts';
import { readTextFile, textOf } from './text-file.ts';

/**
 * The text of a small file that a user wrote, or of a pipe that it comes through: `-` and `/dev/stdin` are stdin,
 * `/dev/fd/63` is what a shell makes of `<(command)`. Throws `usage` like `readTextFile`, and `cancelled` where `stop` is
 * aborted before the pipe ends.
 */
export async function readPipedText(path: string, called: string, stop?: AbortSignal): Promise<string> {
  const piped = bytesThrough(path, stop);
  return piped === undefined ? readTextFile(path, called) : textOf(await piped, called);
}

const STDIN = /^(-|\/dev\/(stdin|fd\/0)|\/proc\/self\/fd\/0)$/;
/** Whether a path stands for the standard input. */
export function isStdin(path: string): boolean {
  return STDIN.test(path);
}

const DESCRIPTOR = /^\/(dev|proc\/\w+)\/fd\/\d+$/;

/** What came through each pipe: it comes once, and may be asked for again. */
const come = new Map<string, Promise<Buffer>>();

/** Undefined for what is no pipe that the process was given. */
function bytesThrough(path: string, stop?: AbortSignal): Promise<Buffer> | undefined {
  const name = isStdin(path) ? '-' : path;
  const known = come.get(name);
  if (known !== undefined) return known;
  const stream = streamAt(name);
  if (stream === undefined) return undefined;
  const bytes = untilStopped(stream, stop);
  come.set(name, bytes);
  return bytes;
}

function streamAt(name: string): Readable | undefined {
  if (name === '-') return process.stdin;
  const isPipe = DESCRIPTOR.test(name) && statSync(name, { throwIfNoEntry: false })?.isFIFO() === true;
  return isPipe ? new Socket({ fd: openSync(name, TO_READ), readable: true, writable: false }) : undefined;
}

async function untilStopped(stream: Readable, stop?: AbortSignal): Promise<Buffer> {
  const end = (): void =>
    void stream.destroy(new BackfillError('cancelled', 'stopped while tickers were read'));
  if (stop?.aborted) end();
  stop?.addEventListener('abort', end, { once: true });
  try {
    return await buffer(stream);
  } finally {
    stop?.removeEventListener('abort', end);
  }
}
