import { expect, it } from 'vitest';
import { TMUX, describeWith } from '../needs.ts';
import { storedOnce } from './stored.ts';
import { WIDTHS, expectScreen, openTerminal } from './terminal.ts';

const [FIRST, SECOND, THIRD] = ['2026-03-02T23:00:00Z', '2026-03-05T23:00:00Z', '2026-03-05T23:30:00Z'];

/** Ids end with characters that no two runs share; runs take their time, and perhaps the same. */
const MASKS = [
  [/\d{8}T\d{6}Z-[\da-f]{4}/g, 'YYYYMMDDTHHMMSSZ-xxxx'],
  [/\b[\d.]+ ?m?s\b/g, 'Ns'],
  [/ +Ns(?= complete$)/gm, '   Ns'],
  [/^(Time .*Ns) +[+-]Ns$/gm, '$1'],
  [/^Time +Ns +Ns$/gm, 'Time Ns Ns'],
] as const;

describeWith(TMUX)('the runs of a store', () => {
  const fill = (now: string, more = ''): string => `${more}--provider sample --days 60 --now ${now} --quiet`;
  const store = storedOnce(fill(FIRST, 'ALFA BRIQ KAZE.T '), fill(SECOND), fill(THIRD));

  it.each(WIDTHS)('at %i columns are listed, shown and compared', async (columns) => {
    await using terminal = await openTerminal({ columns, rows: 24 });
    await store(terminal);
    const shows = async (command: string, name: string): Promise<void> => {
      expect(await terminal.run(`clear; ${command}`)).toBe(0);
      await expectScreen(await terminal.screen(), `${name}-${columns}`, MASKS);
    };
    await shows('backfill runs --store data', 'runs');
    await shows('backfill runs show 20260305T2300 --store data', 'runs-show');
    await shows('backfill runs compare 20260302 20260305T2300 --store data', 'runs-compare');
  });
});
