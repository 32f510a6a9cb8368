import type { WriteStream } from 'node:tty';
import { afterEach, expect, it } from 'vitest';
import { keepAtBottom, tellWhole } from '../../src/cli/output.ts';

const done: string[] = [];
let close = (): void => undefined;
afterEach(() => {
  close();
  done.length = 0;
});

/** A line at the bottom, and a stream for text above it. */
function opened(isTTY: boolean): WriteStream & { writable: boolean } {
  close = keepAtBottom({
    show: () => undefined,
    clear: () => void done.push('clear'),
    again: () => void done.push('again'),
    end: () => undefined,
  });
  const stream = { writable: true, columns: 5, isTTY, write: (text: string) => done.push(text) };
  return stream as unknown as WriteStream;
}

it('text is written as it is while the line at the bottom is off the terminal, and to nobody who is gone', () => {
  const stream = opened(true);
  tellWhole('longer than five\n', stream);
  expect(done).toEqual(['clear', 'longer than five\n', 'again']);
  stream.writable = false;
  tellWhole('lost', stream);
  expect(done).toEqual(['clear', 'longer than five\n', 'again', 'clear', 'again']);
});

it('text that comes onto no terminal leaves the line at the bottom alone', () => {
  tellWhole('{"event":"backfill.started"}\n', opened(false));
  expect(done).toEqual(['{"event":"backfill.started"}\n']);
});
