import { expect, it } from 'vitest';
import { WHOLE, expectScreen, openTerminal } from './terminal.ts';
import { TMUX, describeWith } from '../needs.ts';

const NOW = '2026-03-02T23:00:00Z';

describeWith(TMUX)('a first run of the sample market', () => {
  it.each([80, 60])('at %i columns says what it did, and leaves the terminal whole', async (columns) => {
    await using terminal = await openTerminal({ columns, rows: 24 });
    const command = `backfill --provider sample --workers 2 --days 252 --store data --now ${NOW}`;
    expect(await terminal.run(command)).toBe(0);
    expect(await terminal.modes()).toEqual(WHOLE);
    await expectScreen(await terminal.screen({ history: true }), `sample-run-${columns}`);
  });

  it('at 80 columns lists the coverage of what it stored', async () => {
    await using terminal = await openTerminal({ columns: 80, rows: 24 });
    const sample = '--days 252 --store data';
    expect(await terminal.run(`backfill --provider sample ${sample} --now ${NOW} --quiet`)).toBe(0);
    expect(await terminal.run(`clear; check-data ${sample} --now ${NOW}`)).toBe(0);
    await expectScreen(await terminal.screen({ history: true }), 'check-data-80');
  });

  it.each([80, 60])('at %i columns says that there is nothing to do, word by word', async (columns) => {
    await using terminal = await openTerminal({ columns, rows: 24 });
    const command = `backfill --provider sample --days 252 --store data --now ${NOW}`;
    expect(await terminal.run(`${command} --quiet`)).toBe(0);
    expect(await terminal.run(`clear; ${command}`)).toBe(0);
    await expectScreen(await terminal.screen({ history: true }), `nothing-to-do-${columns}`);
  });
});
