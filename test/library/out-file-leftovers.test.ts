import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { writeOut } from '../../src/library/out-file.ts';

const write = (path: string): Promise<void> => writeFile(path, 'whole', { flag: 'a' });

async function folderOf(names: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'backfill-out-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const name of names) await writeFile(join(folder, name), 'half');
  return folder;
}

it('removes what dead processes of this machine left of a file, and nothing else', async () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(other, 'spawn');
  onTestFinished(() => void other.kill());
  const temp = (name: string, pid: number | string | undefined, host = hostname()): string =>
    `.${name}.${pid}-${encodeURIComponent(host)}.tmp`;
  const kept = [
    temp('a.csv', other.pid),
    temp('a.csv', 1),
    temp('a.csv', dead, `${hostname()}-two`),
    temp('b.csv', dead),
    temp('xa.csv', dead),
    temp('a.csv', `0${dead}`),
    `${temp('a.csv', dead)}.csv`,
    `.a.csv.${dead}.txt`,
  ];
  const folder = await folderOf([...kept, temp('a.csv', dead), temp('a.csv', process.pid)]);
  await writeOut({ path: join(folder, 'a.csv'), isStream: false }, write);
  expect((await readdir(folder)).toSorted()).toEqual([...kept, 'a.csv'].toSorted());
  expect(await readFile(join(folder, 'a.csv'), 'utf8')).toBe('whole');
});

it('names what a killed process leaves so that the next one knows it', async () => {
  const folder = await folderOf([]);
  const path = join(folder, 'a.csv');
  const program = join(await folderOf([]), 'killed.ts');
  const module = new URL('../../src/library/out-file.ts', import.meta.url).href;
  const script = `void import(${JSON.stringify(module)}).then(({ writeOut }) =>
    writeOut({ path: ${JSON.stringify(path)}, isStream: false }, async (temp) => {
      require('node:fs').writeFileSync(temp, 'half');
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => setInterval(() => {}, 1000));
    }));`;
  const loader = new URL('../../workers/typescript.mjs', import.meta.url).href;
  await writeFile(program, script);
  expect(spawnSync(process.execPath, ['--import', loader, program])).toMatchObject({ signal: 'SIGKILL' });
  expect(await readdir(folder)).toEqual([expect.stringMatching(/^\.a\.csv\.\d+-.+\.tmp$/)]);
  await writeOut({ path, isStream: false }, write);
  expect(await readdir(folder)).toEqual(['a.csv']);
});
