import { describe, expect, it } from 'vitest';
import { Paces } from '../../src/server/paces.ts';

/** A run that sends `perSecond` requests and stores ten bars a request, measured once a second for so many seconds. */
function steady(seconds: number, perSecond: number): Paces {
  const paces = new Paces(1000);
  for (let i = 1; i <= seconds; i++)
    paces.note({ atMs: i * 1000, sent: i * perSecond, bars: i * perSecond * 10 });
  return paces;
}

describe('the pace of a run', () => {
  it('is so many requests a minute and bars a second', () => {
    const paces = steady(10, 5);
    expect(paces.requestsPerMinute).toBe(300);
    expect(paces.points).toHaveLength(10);
    expect(paces.points.at(-1)).toEqual([10_000, 300, 50]);
  });

  it('of now is that of the last minute', () => {
    const paces = steady(120, 5);
    for (let i = 121; i <= 180; i++) paces.note({ atMs: i * 1000, sent: 600, bars: 6000 });
    expect(paces.requestsPerMinute).toBe(0);
    expect(steady(120, 5).requestsPerMinute).toBe(300);
  });

  it('is not above what was sent where requests come unevenly within a second or two', () => {
    const paces = new Paces(1000);
    // Five a second on average: four and six by turns.
    for (let i = 1; i <= 40; i++) paces.note({ atMs: i * 1000, sent: i * 5 + (i % 2), bars: 0 });
    const settled = paces.points.slice(5).map(([, requests]) => requests);
    expect(Math.max(...settled)).toBeLessThanOrEqual(312);
  });

  it('keeps as many points at most, however long the run, and they reach from its beginning to its end', () => {
    const paces = steady(20_000, 2);
    expect(paces.points.length).toBeLessThanOrEqual(240);
    expect(paces.points.length).toBeGreaterThan(100);
    expect(paces.points[0]?.[0]).toBeLessThan(300_000);
    expect(paces.points.at(-1)?.[0]).toBeGreaterThan(19_700_000);
    expect(new Set(paces.points.map(([, requests]) => requests))).toEqual(new Set([120]));
  });

  it('says nothing of less than a second, and costs nothing where it is measured too often', () => {
    const paces = new Paces(1000);
    expect(paces.note({ atMs: 300, sent: 100, bars: 0 })).toBe(false);
    expect(paces.requestsPerMinute).toBe(0);
    expect(paces.note({ atMs: 1000, sent: 10, bars: 0 })).toBe(true);
    expect(paces.note({ atMs: 1001, sent: 11, bars: 0 })).toBe(false);
  });
});
