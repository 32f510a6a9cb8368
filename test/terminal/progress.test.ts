import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { RunningSimulator } from '../acceptance/programs.ts';
import { TMUX, describeWith, sampled } from '../needs.ts';
import { configure, simulateYahoo } from './simulated.ts';
import { type Terminal, expectScreen, openTerminal } from './terminal.ts';

/** Seconds of the day in `12:34:56`. */
function secondsOf(clock: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  return 3600 * hours + 60 * minutes + seconds;
}

describeWith(TMUX)('the line of a run that goes on', () => {
  let simulator: RunningSimulator | undefined;
  afterEach(async () => simulator?.stop());

  const open = async (
    columns: number,
    simulated: readonly string[],
    { environment = {}, ...more }: { environment?: Record<string, string> } & Record<string, unknown> = {},
  ): Promise<Terminal> => {
    simulator = await simulateYahoo(...simulated);
    const terminal = await openTerminal({ columns, rows: 24, environment });
    await configure(terminal, simulator, more as Record<string, string>);
    return terminal;
  };
  const stop = async (terminal: Terminal): Promise<void> => {
    await terminal.press('C-c');
    expect(await terminal.ended()).toBe(130);
  };

  it('says until when it is throttled, on the clock of the terminal, and goes on afterwards', async () => {
    const limit = ['--limit', '3/8s', '--limit-retry-after', 'seconds'];
    await using terminal = await open(80, limit, { environment: { TZ: 'Asia/Tokyo' } });
    await terminal.start('backfill');
    const screen = await terminal.waitFor(/throttled, resumes (\d\d:\d\d:\d\d) {2}.*Elapsed/);
    expect(screen).not.toContain('ETA');
    const [, resumes = ''] = /resumes (\S+)/.exec(screen) ?? [];
    const tokyo = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Tokyo', timeStyle: 'medium' });
    const wait = secondsOf(resumes) - secondsOf(tokyo.format(Date.now()));
    expect((wait + 86_400) % 86_400).toBeLessThanOrEqual(9);
    await terminal.waitFor(/\[\w+ *\] [4-6]\/12 \(/, 30_000);
    await stop(terminal);
  });

  it('counts errors as they happen', async () => {
    // One that nobody knows is no error.
    const tickers = 'ALFA,NOSUCHA,BRIQ,CORV,ELNA,DUNO,FJRD,GLYF';
    await using terminal = await open(80, ['--latency', '500ms'], { tickers });
    const bars = join(terminal.home, 'data/bars/interval=1d');
    await mkdir(bars, { recursive: true });
    for (const ticker of ['BRIQ', 'DUNO']) await writeFile(join(bars, `ticker=${ticker}`), '');
    await terminal.start('backfill');
    await terminal.waitFor(/ [1-5]\/8 .* Errors: 1 /);
    await terminal.waitFor(/ [4-7]\/8 .* Errors: 2 /);
    await stop(terminal);
  });

  it('counts what is tried again, and does not stand still meanwhile', async () => {
    await using terminal = await open(80, ['--fault', 'error-500=100%']);
    await terminal.start('backfill');
    await terminal.waitFor(/ 0\/12 .* Retries: \d+ {2}Elapsed: [2-9]s/);
    await stop(terminal);
  });

  it('takes the time left from the quota', async () => {
    await using terminal = await open(80, [], { 'rate-limit': '6/min' });
    await terminal.start('backfill');
    await terminal.waitFor(/ETA: 1m 4\ds/);
    await stop(terminal);
  });

  it('says how much of a day’s quota is used', async () => {
    await using terminal = await open(120, ['--latency', '300ms'], { 'rate-limit': '50/day' });
    await terminal.start('backfill');
    await terminal.waitFor(/ [2-9]\/12 .* Quota: [3-9] of 50 req\/day/);
    await stop(terminal);
  });

  it.each([200, 80, 60, 40])('fits %i columns', async (columns) => {
    await using terminal = await open(columns, ['--latency', '5s']);
    await terminal.start('backfill');
    const screen = await terminal.waitFor(/\[ALFA \] .*Elapsed: [1-4]s/);
    await expectScreen(screen, `running-${columns}`, [[/(?<=Elapsed: )\d/g, '1']]);
    // The first one waits for answers, which take five seconds.
    await terminal.press('C-c');
    await terminal.waitFor(/Stopping/);
    await stop(terminal);
  });

  it.each([
    ['on stderr', '--log-level info'],
    ['on stdout', '--log-file -'],
  ])('stays below the events that are told %s, and leaves nothing of itself between them', async (_, log) => {
    await using terminal = await open(60, ['--latency', '300ms']);
    await terminal.start(`backfill ${log}`);
    await terminal.waitFor(/ticker_done.*\n.*\n(?:.*\n)*\[\w+ *\] [3-9]\/12 \([^\n]*\s*$/);
    await terminal.ended();
    const screen = await terminal.screen({ history: true });
    expect(screen).not.toMatch(/Elapsed|\/12 \(/);
    // Of a line that is wider than the terminal a row begins wherever it was cut.
    const events = screen
      .replaceAll('\n', '')
      .match(/\d\d:\d\d:\d\d\.\d{3} \w+ +ticker_done run=\S+ provider=yahoo ticker=\w+ /g);
    expect(events).toHaveLength(12);
    expect(screen).toMatch(/^Backfill complete in /m);
  });

  const places: readonly (readonly [where: string, log: string])[] = [
    ['in a file', '--log-file - > events'],
    ['in a pipe', '--log-file - | cat > events'],
    ['on the terminal', '--log-level info'],
  ];
  it.each(sampled(places, 2, 'places'))(
    'is there all the time while many events a second are told %s',
    async (_, log) => {
      const tickers = ['ALFA', ...Array.from({ length: 1500 }, (_none, i) => `NOSUCH${i}`)].join(',');
      await using terminal = await open(80, ['--latency', '1ms'], { tickers: `@tickers.txt` });
      await writeFile(join(terminal.home, 'tickers.txt'), tickers.replaceAll(',', '\n'));
      await terminal.start(`backfill ${log}`);
      await terminal.waitFor(/ [1-9]\d\d?\/1,501 \(/);
      let seen = 0;
      for (let i = 0; i < 20; i++) if (/\/1,501 \([^\n]*\s*$/.test(await terminal.screen())) seen++;
      await stop(terminal);
      // Between one event and the next it is off the terminal for a moment.
      expect(seen).toBeGreaterThan(15);
    },
  );

  it.each([{ CI: 'true' }, { TERM: 'dumb' }])(
    'is not written where %o says that nobody looks',
    async (environment) => {
      await using terminal = await open(80, ['--latency', '5s'], { environment });
      await terminal.start('backfill; true');
      await terminal.waitFor(/Filling/);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(await terminal.screen()).not.toMatch(/\/12 \(|Elapsed/);
      await terminal.press('C-c');
      await terminal.press('C-c');
      await terminal.ended();
    },
  );
});
