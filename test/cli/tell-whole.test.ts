import type { WriteStream } from 'node:tty';
import { expect, it } from 'vitest';
import { keepAtBottom, tellWhole } from '../../src/cli/output.ts';

it('text is written as it is once the line at the bottom is off the terminal, and to nobody who is gone', () => {
  const done: string[] = [];
  const stream = { writable: true, columns: 5, isTTY: true, write: (text: string) => done.push(text) };
  const close = keepAtBottom({
    show: () => undefined,
    clear: () => void done.push('clear'),
    end: () => undefined,
  });
  tellWhole('longer than five\n', stream as unknown as WriteStream);
  expect(done).toEqual(['clear', 'longer than five\n']);
  tellWhole('lost', { ...stream, writable: false } as unknown as WriteStream);
  expect(done).toEqual(['clear', 'longer than five\n', 'clear']);
  close();
});
