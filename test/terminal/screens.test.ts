import { expect, it } from 'vitest';
import { WHOLE, WIDTHS, expectScreen, openTerminal } from './terminal.ts';
import { storedOnce } from './stored.ts';
import { TMUX, describeWith } from '../needs.ts';

const NOW = '2026-03-02T23:00:00Z';

describeWith(TMUX)('a first run of the sample market', () => {
  const store = storedOnce(`--provider sample --days 252 --now ${NOW} --quiet`);

  it.each(WIDTHS)('at %i columns says what it did, and leaves the terminal whole', async (columns) => {
    await using terminal = await openTerminal({ columns, rows: 24 });
    const command = `backfill --provider sample --workers 2 --days 252 --store data --now ${NOW}`;
    expect(await terminal.run(command)).toBe(0);
    expect(await terminal.modes()).toEqual(WHOLE);
    await expectScreen(await terminal.screen({ history: true }), `sample-run-${columns}`);
  });

  it('at 80 columns lists the coverage of what it stored', async () => {
    await using terminal = await openTerminal({ columns: 80, rows: 24 });
    await store(terminal);
    expect(await terminal.run(`clear; check-data --days 252 --store data --now ${NOW}`)).toBe(0);
    await expectScreen(await terminal.screen({ history: true }), 'check-data-80');
  });

  it.each([80, 40])('at %i columns breaks no word of what it says besides', async (columns) => {
    await using terminal = await openTerminal({ columns, rows: 24 });
    const range = '--start 2026-02-02 --end 2026-02-20';
    const fill = `backfill ALFA --provider sample ${range} --store data --now ${NOW} --quiet`;
    expect(await terminal.run(fill)).toBe(0);
    await terminal.run(`clear; check-data --store data --now ${NOW}; backfill doctor --store data`);
    await terminal.run(
      'backfill --tickers @tickers-of-last-year.txt; backfill forget ALFA --store data --yes',
    );
    const screen = await terminal.screen({ history: true });
    const words = screen.split(/\s+/);
    for (const one of 'All missing later 2026-02-20, history Examined partition damage. cannot'.split(' '))
      expect(words).toContain(one);
    expect(screen).toMatch(/^backfill restore |^To bring that back: backfill restore /m);
    for (const line of screen.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
  });

  it.each(WIDTHS)('at %i columns says that there is nothing to do, word by word', async (columns) => {
    await using terminal = await openTerminal({ columns, rows: 24 });
    const command = `backfill --provider sample --days 252 --store data --now ${NOW}`;
    await store(terminal);
    expect(await terminal.run(`clear; ${command}`)).toBe(0);
    await expectScreen(await terminal.screen({ history: true }), `nothing-to-do-${columns}`);
  });
});
