import { it } from 'vitest';
import { TMUX, describeWith } from '../needs.ts';
import { WIDTHS, expectScreen, openTerminal } from './terminal.ts';

describeWith(TMUX)('help', () => {
  it.each(
    WIDTHS.flatMap((columns) =>
      ['backfill', 'check-data', 'backfill export'].map((command) => ({ columns, command })),
    ),
  )('at $columns columns of $command reads as it was meant', async ({ columns, command }) => {
    await using terminal = await openTerminal({ columns, rows: 24 });
    await terminal.run(`${command} --help`);
    const name = command.replace(' ', '-');
    await expectScreen(await terminal.screen({ history: true }), `help-${name}-${columns}`);
  });

  it('of what was mistyped is one line of what was meant', async () => {
    await using terminal = await openTerminal({ columns: 80, rows: 24 });
    for (const line of [
      'backfill exprot',
      'backfill --tciker AAPL',
      'backfill --interval 1day',
      'backfill --provider yaho',
      'backfill --timeout 5',
      'backfill --csv-zone UTC',
      'backfill export --adjust split',
      'check-data --fail-under 0.99',
    ])
      await terminal.run(line);
    await expectScreen(await terminal.screen({ history: true }), 'mistyped-80');
  });
});
