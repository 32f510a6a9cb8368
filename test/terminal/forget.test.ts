import { expect, it } from 'vitest';
import { TMUX, describeWith } from '../needs.ts';
import { storedOnce } from './stored.ts';
import { WIDTHS, expectScreen, openTerminal, type Terminal } from './terminal.ts';

const FILL =
  'ALFA KUMO.T --provider sample --start 2026-02-02 --end 2026-02-27 --now 2026-03-02T23:00:00Z --quiet';

describeWith(TMUX)('backfill forget asks in a terminal', () => {
  const store = storedOnce(FILL);
  const open = async (columns: number): Promise<Terminal> => {
    const terminal = await openTerminal({ columns, rows: 24 });
    await store(terminal);
    return terminal;
  };
  const left = (terminal: Terminal): Promise<number> =>
    terminal.run('test $(backfill export 2>/dev/null | wc -l) = 38');

  it.each(WIDTHS)('what goes; only a yes is a yes (%i columns)', async (columns) => {
    await using terminal = await open(columns);
    await terminal.start('backfill forget --all');
    await terminal.waitFor(/\[y\/N\]/);
    await terminal.press('n', 'Enter');
    expect(await terminal.ended()).toBe(1);
    await terminal.start('backfill forget --all');
    await terminal.waitFor(/\[y\/N\] *$/);
    await terminal.press('Enter');
    expect(await terminal.ended()).toBe(1);
    expect(await left(terminal)).toBe(0);
    await terminal.run('clear');
    await terminal.start('backfill forget --all');
    await terminal.waitFor(/\[y\/N\]/);
    await terminal.press('y', 'Enter');
    expect(await terminal.ended()).toBe(0);
    expect(await terminal.run('backfill restore newest')).toBe(0);
    await expectScreen(await terminal.screen(), `forget-${columns}`, [[/\d{8}T\d{6}Z-[\da-f]{4}/g, 'ID']]);
    expect(await left(terminal)).toBe(0);
  });

  it.each([
    ['Ctrl-C', 'C-c', 130],
    ['the end of the input', 'C-d', 1],
  ])('%s is a no', async (_, key, code) => {
    await using terminal = await open(80);
    await terminal.start('backfill forget --all');
    await terminal.waitFor(/\[y\/N\]/);
    await terminal.press(key);
    expect(await terminal.ended()).toBe(code);
    expect(await left(terminal)).toBe(0);
  });

  it('asks nothing of one series within two dates', async () => {
    await using terminal = await open(80);
    expect(await terminal.run('backfill forget ALFA --start 2026-02-03 --end 2026-02-04')).toBe(0);
    expect(await terminal.screen()).toContain('Forgot 2 bars.');
  });
});
