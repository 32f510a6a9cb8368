import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TMUX, describeWith } from '../needs.ts';
import { storedOnce } from './stored.ts';
import { WIDTHS, expectScreen, openTerminal, type Terminal } from './terminal.ts';

const NOW = '2026-03-02T23:00:00Z';
const LATER = '2026-03-05T23:00:00Z';

/** A CSV file of daily rows, `step` days apart, from 2025-10-03 on. */
function csvOf(rows: number, step: number, seed: number): string {
  const lines = ['Date,Open,High,Low,Close,Volume'];
  for (let day = Date.UTC(2025, 9, 3); lines.length <= rows; day += step * 86_400_000) {
    if ([0, 6].includes(new Date(day).getUTCDay())) continue;
    const open = 10 + ((seed * 7 + lines.length * 3) % 11) / 8;
    const prices = [open, open + 1, open - 1, open + 0.5].map((price) => price.toFixed(3));
    lines.push(`${new Date(day).toISOString().slice(0, 10)},${prices.join(',')},${1000 + seed}`);
  }
  return `${lines.join('\n')}\n`;
}

/** `AAAQ`, `AABQ`, … */
const nameOf = (i: number): string =>
  `${String(i)
    .padStart(3, '0')
    .replaceAll(/\d/g, (digit) => String.fromCharCode(65 + Number(digit)))}Q`;

async function csvFolder({ home }: Terminal, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(home, 'csv'), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(home, 'csv', `${name}.csv`), text);
}

const FROM_CSV = `--provider csv --provider-url csv=csv --basis raw --store data --now ${NOW} --workers 1`;

describeWith(TMUX)('a run of which 300 tickers fail', () => {
  it.each(WIDTHS)('at %i columns tells them by reason, and ends with the totals', async (columns) => {
    await using terminal = await openTerminal({ columns, rows: 24 });
    const files = Array.from({ length: 300 }, (_, i) => [nameOf(i), csvOf(20, 1, i < 289 ? 1 : 2)] as const);
    await csvFolder(terminal, Object.fromEntries(files));
    const range = '--start 2025-10-03 --end 2025-10-30';
    expect(await terminal.run(`clear; backfill ${FROM_CSV} --concurrency 1 ${range}`)).toBe(1);
    const screen = await terminal.screen();
    await expectScreen(screen.replaceAll(/runs\/\w+-\w+\.json/g, 'runs/ID.json'), `failures-${columns}`);
  });
});

describeWith(TMUX)('the reports of 62 series', () => {
  const store = storedOnce(`--provider sample --days 252 --now ${NOW} --quiet`);

  it.each(WIDTHS)('at %i columns show the worst, and are whole in a pipe', async (columns) => {
    await using terminal = await openTerminal({ columns, rows: 24 });
    await store(terminal);
    const shows = async (command: string, name: string): Promise<void> => {
      expect(await terminal.run(`clear; ${command}`)).toBe(0);
      await expectScreen(await terminal.screen(), `${name}-${columns}`);
    };
    await shows(`check-data --days 252 --store data --now ${NOW} --only-incomplete`, 'only-incomplete');
    await shows(`check-data --days 300 --store data --now ${LATER} --missing`, 'missing');
    await shows(
      `check-data ALFA KAZE.T NOIX.PA --days 300 --store data --now ${LATER} --missing`,
      'three-series',
    );
    await shows(`backfill --provider sample --days 300 --store data --now ${LATER} --dry-run`, 'dry-run');
    await shows(
      `check-data --days 300 --store data --now ${LATER} --missing | grep -c 2026-03`,
      'missing-in-a-pipe',
    );
    await shows(
      `backfill --provider sample --days 300 --store data --now ${LATER} --dry-run | wc -l`,
      'dry-run-in-a-pipe',
    );
  });

  it('have on a wide terminal the months of each series beside its numbers', async () => {
    await using terminal = await openTerminal({ columns: 120, rows: 24 });
    await store(terminal);
    const report = `check-data ALFA KAZE.T NOIX.PA DEMO-USD --days 300 --store data --now ${LATER}`;
    expect(await terminal.run(`clear; ${report}`)).toBe(0);
    await expectScreen(await terminal.screen(), 'months-120');
  });
});

describeWith(TMUX)('a plan of which there is more than one way', () => {
  it.each(WIDTHS)('at %i columns says what each costs, and where it was written', async (columns) => {
    await using terminal = await openTerminal({ columns, rows: 24 });
    const tickers = Array.from({ length: 4 }, (_, i) => `Q${nameOf(i).slice(1)}`).join(',');
    const what = `backfill ${tickers} --days 5 --provider polygon --tier free --store data --now ${NOW}`;
    for (const [option, name] of [
      ['--dry-run', 'ways'],
      ['--plan-out night.plan', 'plan-out'],
    ] as const) {
      expect(await terminal.run(`clear; POLYGON_API_KEY=none ${what} ${option}`)).toBe(0);
      await expectScreen(await terminal.screen(), `${name}-${columns}`);
    }
  });
});

describeWith(TMUX)('a report of 10,000 series', () => {
  it('at 80 columns has its totals on the screen', async () => {
    await using terminal = await openTerminal({ columns: 80, rows: 24 });
    const names = Array.from(
      { length: 10_000 },
      (_, i) => `${nameOf(Math.floor(i / 10))}${nameOf(i % 10)[2] ?? ''}`,
    );
    await writeFile(join(terminal.home, 'all.txt'), names.join('\n'));
    expect(
      await terminal.run(`backfill ALFA --provider sample --days 5 --store data --now ${NOW} --quiet`),
    ).toBe(0);
    expect(await terminal.run(`clear; check-data @all.txt --days 5 --store data --now ${NOW}`, 60_000)).toBe(
      0,
    );
    const lines = (await terminal.screen({ history: true })).trimEnd().split('\n');
    expect(lines.length).toBeLessThan(60);
    await expectScreen(await terminal.screen(), 'ten-thousand-80');
  });
});

describeWith(TMUX)('colours', () => {
  const red = '\u001B[31m';
  const store = storedOnce(`ALFA --provider sample --days 5 --now ${NOW} --quiet`);
  const shown = async (environment: Readonly<Record<string, string>>, more = ''): Promise<string> => {
    await using terminal = await openTerminal({ columns: 80, rows: 24, environment });
    await store(terminal);
    expect(await terminal.run(`clear; check-data --days 9 --store data --now ${NOW}${more}`)).toBe(0);
    return await terminal.screen({ colours: true });
  };

  it('are where the terminal has them, and not with NO_COLOR, on a dumb one, or in a pipe', async () => {
    expect(await shown({})).toContain(red);
    expect(await shown({ NO_COLOR: '' })).toContain(red);
    for (const screen of [
      await shown({ NO_COLOR: '1' }),
      await shown({ TERM: 'dumb' }),
      await shown({}, ' | cat'),
    ]) {
      expect(screen).toContain('ALFA   1d');
      expect(screen).not.toContain('\u001B[');
    }
  });
});

describeWith(TMUX)('lists of what is odd and what was changed', () => {
  it.each(WIDTHS)('at %i columns are no wider than the terminal', async (columns) => {
    await using terminal = await openTerminal({ columns, rows: 40 });
    const long = 'LONGNAMEOFAFUNDTHATNOBODYKNOWS';
    const first = csvOf(20, 1, 1);
    // The volumes are its own: two tickers of the same bars would be taken for one instrument.
    const jump = first
      .replace(/^2025-10-20,.*$/m, '2025-10-20,17,18,16.5,17.5,1001')
      .replaceAll(/,1001$/gm, ',1009');
    await csvFolder(terminal, { AAAQ: first, AABQ: jump, [long]: csvOf(20, 1, 3) });
    const range = '--start 2025-10-03 --end 2025-10-30';
    await terminal.run(`backfill ${FROM_CSV} ${range} --quiet`);
    const other = first.replaceAll(/^(2025-10-1\d),([\d.]+),([\d.]+),/gm, '$1,10.2500001,12.7500001,');
    await csvFolder(terminal, { AAAQ: other });
    await terminal.run(`backfill AAAQ ${FROM_CSV} ${range} --no-gaps --quiet`);
    const shows = async (command: string, name: string): Promise<void> => {
      await terminal.run(`clear; ${command}`);
      await expectScreen(await terminal.screen(), `${name}-${columns}`);
    };
    await shows(`check-data --store data --now ${NOW} --start 2025-10-03 --end 2025-10-30`, 'long-names');
    await shows('check-data --revisions --store data', 'revisions');
    await shows('check-data --issues --store data', 'issues');
    await shows('backfill doctor --store data', 'doctor-sound');
    await writeFile(join(terminal.home, 'data/bars/interval=1d/ticker=AABQ/period=all/bars.parquet'), 'cut');
    await shows('backfill doctor --store data', 'doctor');
  });
});
