import { describe, expect, it } from 'vitest';
import { fileOf, marketOf, stampsOf, times } from './folders.ts';
import { areLong, bothOf, toldOf } from './stretches.ts';

const WINTER = ['2024-03-04', '2024-03-05', '2024-03-06', '2024-03-07', '2024-03-08'];
/** After the clocks of New York were put forward on 10 March. */
const SUMMER = ['2024-03-11', '2024-03-12', '2024-03-13'];

/** Times of Eastern Standard Time, all year. */
const STANDARD = [...times(WINTER, '09:30', '16:00', 5), ...times(SUMMER, '08:30', '15:00', 5)];

/** Volumes of a day that opens and closes at some times: much in between, most at its ends, little before and after. */
const tradedFrom = (open: string, close: string) => (stamp: string) => {
  const time = stamp.slice(11, 16);
  if (time < open || time >= close) return 40;
  return time.slice(0, 2) === open.slice(0, 2) || time >= `${Number(close.slice(0, 2)) - 1}:30` ? 9000 : 2000;
};
const untold = { volumeAt: () => Number.NaN };

/** Why a file of a share is refused. */
function refusal(text: string, zone: string | null = null): string {
  try {
    marketOf({ 'SPY.csv': text }, zone).intervals('SPY');
  } catch (error) {
    return (error as Error).message.replace(/^.*SPY\.csv: /, '');
  }
  return 'read';
}

describe('a file that is an hour off in some sessions', () => {
  const said =
    '(2024-03-11 to 2024-03-13) as they are read, and 100 % by the clock of Etc/GMT+5: give --csv-zone Etc/GMT+5,';

  it('is refused with the clock that fits all of them, however few they are', () => {
    expect(refusal(fileOf(STANDARD))).toContain(
      `fill 85 % of the regular hours of XNYS on 3 of 8 sessions ${said}`,
    );
    expect(refusal(fileOf(STANDARD.slice(0, 6 * 78)))).toContain(
      'on 1 of 6 sessions (2024-03-11 to 2024-03-11)',
    );
    expect(stampsOf(marketOf({ 'SPY.csv': fileOf(STANDARD) }, 'Etc/GMT+5'), 'SPY', '5m').at(-1)).toBe(
      '2024-03-13T19:55Z',
    );
  });

  it('is refused in hours too, of which a session has few', () => {
    const hours = [...times(WINTER, '09:30', '16:00', 60), ...times(SUMMER, '08:30', '15:00', 60)];
    expect(refusal(fileOf(hours))).toContain(`on 3 of 8 sessions ${said}`);
    expect(refusal(fileOf(hours.slice(0, 6 * 7)))).toBe('read');
  });

  it('is refused like that where it is read in parts', () => {
    const [stretches, atOnce] = bothOf({ 'SPY.csv': fileOf(STANDARD) });
    expect(toldOf(stretches, 'SPY')).toContain('--csv-zone Etc/GMT+5');
    expect(toldOf(stretches, 'SPY')).toEqual(toldOf(atOnce, 'SPY'));
    const right = { 'SPY.csv': fileOf(times([...WINTER, ...SUMMER], '09:30', '16:00', 5)) };
    expect(areLong(bothOf(right)[0], 'SPY')).toBe(true);
  });

  it('is refused with the sessions that are of another clock, where no clock fits all', () => {
    const mixed = [...times(WINTER, '09:30', '16:00', 5), ...times(SUMMER, '13:30', '20:00', 5)];
    expect(refusal(fileOf(mixed))).toMatch(
      /on 3 of 8 sessions \(2024-03-11 to 2024-03-13\) .* by the clock of UTC, and the others do not: its times are of several clocks/,
    );
  });

  it.each([
    ['UTC', '13:30', '20:00'],
    ['America/Chicago', '08:30', '15:00'],
    ['Europe/Berlin', '14:30', '21:00'],
  ])('is refused with one such session, be it the first, the last or in the middle: %s', (zone, from, to) => {
    const days = [...SUMMER, '2024-03-14', '2024-03-15'];
    for (const at of [0, 2, 4]) {
      const hours = (i: number) => (i === at ? ([from, to] as const) : (['09:30', '16:00'] as const));
      const told = refusal(fileOf(days.flatMap((day, i) => times([day], ...hours(i), 5))));
      expect(told).toContain(`on 1 of 5 sessions (${days[at]} to ${days[at]})`);
      expect(told).toContain(zone);
      expect(told).toContain('its times are of several clocks');
    }
  });

  it('is refused with one such session that has extended hours as the others, by when nothing trades', () => {
    const traded = tradedFrom('09:30', '16:00');
    const of = (day: string, later: number) =>
      times([day], '04:00', '20:00', 5).map((stamp) => (later === 0 ? stamp : at(stamp, later)));
    const at = (stamp: string, hours: number) =>
      stamp.replace(/ (\d\d)/, (_, hour) => ` ${String(Number(hour) + hours).padStart(2, '0')}`);
    const volumeAt = (stamp: string) => traded(stamp.startsWith('2024-03-12') ? at(stamp, -4) : stamp);
    const rows = SUMMER.flatMap((day) => of(day, day === '2024-03-12' ? 4 : 0));
    expect(refusal(fileOf(rows, { volumeAt }))).toMatch(
      /on 1 of 3 sessions \(2024-03-12 to 2024-03-12\).*several clocks/,
    );
  });

  it('is read with one session that is short, or has hours of its own', () => {
    const with12 = (rows: string[]) =>
      fileOf([
        ...times(['2024-03-11'], '09:30', '16:00', 5),
        ...rows,
        ...times(['2024-03-13'], '09:30', '16:00', 5),
      ]);
    const on12 = (from: string, to: string) => times(['2024-03-12'], from, to, 5);
    expect(refusal(with12(on12('13:30', '16:00')))).toBe('read');
    expect(refusal(with12(on12('08:30', '16:00')))).toBe('read');
    expect(refusal(with12(on12('13:30', '18:00')))).toBe('read');
  });

  it('is read where the hours of the exchange are none of it', () => {
    const closedEarly = [...times(WINTER, '09:30', '16:00', 5), ...times(SUMMER, '09:30', '15:00', 5)];
    expect(refusal(fileOf(closedEarly))).toBe('read');
  });
});

describe('a file with extended hours, which fill the regular ones by any clock', () => {
  it.each([
    ['America/Chicago', '03:00', '19:00', '08:30', '15:00'],
    ['Europe/Berlin', '10:00', '24:00', '15:30', '22:00'],
  ])('is refused by where the volume lies: %s', (zone, from, to, open, close) => {
    const text = fileOf(times(WINTER, from, to, 5), { volumeAt: tradedFrom(open, close) });
    expect(refusal(text)).toMatch(
      new RegExp(`of the volume lies in .* 9\\d % by the clock of ${zone}: give --csv-zone ${zone},`),
    );
    expect(refusal(text, zone)).toBe('read');
    // By which it is an hour off only.
    expect(refusal(text, zone === 'Europe/Berlin' ? 'UTC' : 'America/New_York')).toContain(
      `give --csv-zone ${zone},`,
    );
  });

  it('is refused in the sessions of a season alone', () => {
    const winter = fileOf(times(WINTER, '04:00', '20:00', 5), { volumeAt: tradedFrom('09:30', '16:00') });
    const summer = fileOf(times(SUMMER, '03:00', '19:00', 5), { volumeAt: tradedFrom('08:30', '15:00') });
    const both = winter + summer.slice(summer.indexOf('\n') + 1);
    expect(refusal(both)).toMatch(
      /on 3 of 8 sessions .* by the clock of Etc\/GMT\+5: give --csv-zone Etc\/GMT\+5/,
    );
  });

  it('is read where news after the close of some days is most of what was traded', () => {
    const news = (stamp: string) => {
      const isNews = stamp.slice(0, 10) > '2024-03-06' && stamp.slice(11, 13) === '16';
      return isNews ? 9000 : tradedFrom('09:30', '16:00')(stamp);
    };
    expect(refusal(fileOf(times(WINTER, '04:00', '20:00', 5), { volumeAt: news }))).toBe('read');
  });

  it.each([
    ['05:00', '20:00', '17'],
    ['06:00', '22:00', '18'],
  ])(
    'is read where news after the close of one day is nearly all of its volume: from %s',
    (from, to, until) => {
      const news = (stamp: string) =>
        stamp >= '2024-03-06 16' && stamp < `2024-03-06 ${until}`
          ? 90_000
          : tradedFrom('09:30', '16:00')(stamp);
      expect(refusal(fileOf(times(WINTER, from, to, 5), { volumeAt: news }))).toBe('read');
    },
  );

  it('is refused without a volume where it has rows at hours of no trading', () => {
    const text = fileOf(times(WINTER, '03:00', '19:00', 5), untold);
    expect(refusal(text)).toMatch(
      /at which nothing trades by XNYS .* none by the clock of America\/Chicago: give/,
    );
    expect(refusal(fileOf(times(WINTER, '04:00', '20:00', 5), untold))).toBe('read');
    // By this clock as well as by that of New York.
    expect(refusal(fileOf(times(WINTER, '04:00', '19:00', 5), untold))).toBe('read');
  });

  it('is refused with all clocks that fit, where several do', () => {
    const text = fileOf(times(WINTER, '12:00', '24:00', 5), untold);
    expect(refusal(text)).toMatch(
      /by the clock of \S+ \(as by .*\): give the one that it is written by with --csv-zone/,
    );
  });
});

it('bars of an hour may be those of another clock or stamped with their ends, and both are said', () => {
  const ends = fileOf(times(WINTER, '10:30', '17:00', 60));
  expect(refusal(ends)).toMatch(/give --csv-zone Etc\/GMT\+4, or --csv-stamps end, or write/);
  expect(marketOf({ 'SPY.csv': ends }, null, 'end').intervals('SPY')).toEqual(['1h']);
  // Over a change of clocks no other one explains all sessions.
  const changed = Array.from({ length: 12 }, (_, i) => `2024-03-${String(i + 4).padStart(2, '0')}`);
  const over = fileOf(
    times(
      changed.filter((date) => !/09|10/.test(date.slice(8))),
      '10:30',
      '17:00',
      60,
    ),
  );
  expect(refusal(over)).toMatch(
    /, but 10 sessions are explained where its times are of the other end of their bars: give --csv-stamps end$/,
  );
  expect(marketOf({ 'SPY.csv': over }, null, 'end').intervals('SPY')).toEqual(['1h']);
  const starts = fileOf(times(WINTER, '09:30', '16:00', 60));
  expect(() => marketOf({ 'SPY.csv': starts }, null, 'end').intervals('SPY')).toThrow(/--csv-stamps/);
});
