import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TOLD_VARIABLES } from '../../src/cli/known-variables.ts';
import { EVENTS } from '../../src/monitor/log/events.ts';
import { undeclaredIn, type Told } from '../monitor/log/told-events.ts';
import { describeWith, SYSTEMD } from '../needs.ts';
import { BLOCKS, README, blockWith } from './blocks.ts';
import { EVENT_SHOWN } from './fixtures.ts';

/** Rows of the table of the README whose first column has this head: their cells. */
function rowsUnder(head: string): string[][] {
  const table = README.split('\n\n').find((part) => new RegExp(`^\\| ${head} +\\|`).test(part));
  const [, , ...rows] = table?.split('\n') ?? [];
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('the events of the README', () => {
  it('are those of the program, with their levels, fields and what these hold', () => {
    const told = rowsUnder('event').map(([name = '', level, , fields = '']) => {
      const all = fields
        .split(', ')
        .map((field) => /^`(\w+)` (\w+\??)$/.exec(field)?.slice(1) ?? [field, '']);
      return [name.replaceAll('`', ''), { level, fields: Object.fromEntries(all) as object }];
    });
    expect(Object.fromEntries(told)).toEqual(EVENTS);
    expect(told).toHaveLength(Object.keys(EVENTS).length);
  });

  it('are as the one that is shown', () => {
    const shown = BLOCKS.find(({ text }) => text === EVENT_SHOWN);
    const {
      level: _l,
      time: _t,
      pid: _p,
      ...event
    } = JSON.parse(shown?.text ?? '') as Told & Record<string, unknown>;
    expect(undeclaredIn(event)).toEqual([]);
  });

  it('come with variables for a command, which are those that it is told', () => {
    const names = rowsUnder('variable').flatMap(([name = '']) => name.match(/BACKFILL_\w+/g) ?? []);
    const ours: readonly string[] = TOLD_VARIABLES;
    expect(names.filter((name) => /EXIT|RESULT|FETCHED/.test(name))).not.toEqual([]);
    expect(names.toSorted()).toEqual([...ours].toSorted());
  });
});

describeWith(SYSTEMD)('the units of the README', () => {
  it('are taken by systemd', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backfill-units-'));
    const files: string[] = [];
    for (const name of ['backfill.service', 'backfill.timer', 'backfill-daily.service']) {
      const path = join(folder, name);
      const { text } = blockWith('', `# /etc/systemd/system/${name}`);
      // Whoever it runs as, and where, is not here.
      await writeFile(path, text.replace('User=prices', `User=${process.env['USER'] ?? 'root'}`));
      files.push(path);
    }
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', ...files], {
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
    const calendar = /OnCalendar=(.*)/.exec(blockWith('', 'OnCalendar=').text)?.[1] ?? '';
    expect(spawnSync('systemd-analyze', ['calendar', calendar]).status).toBe(0);
    await rm(folder, { recursive: true });
  });
});
