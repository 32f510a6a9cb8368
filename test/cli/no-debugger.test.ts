import { once } from 'node:events';
import { expect, it } from 'vitest';
import { ended, start } from '../acceptance/programs.ts';

it('a signal opens no debugger, which would show keys to all of the machine', async () => {
  const child = start('backfill', ['simulate', '--port', '0']);
  const end = ended(child);
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  child.kill('SIGUSR1');
  for (let i = 0; i < 5; i++) await (await fetch(line.toString().trim())).text();
  child.kill('SIGTERM');
  const { stderr } = await end;
  expect(stderr).not.toMatch(/debugger|inspector/i);
});
