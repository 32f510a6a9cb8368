import { afterEach, describe, expect, it } from 'vitest';
import { formatDay } from '../../src/core/session/day.ts';
import { CATEGORY_NAMES, type Member } from '../../src/core/universe/member.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import { openProvider } from '../../src/providers/registry.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';

afterEach(stopAll);

const asked = { categories: CATEGORY_NAMES, asOf: null, now: NOW };

async function membersAt(url?: string, categories = CATEGORY_NAMES): Promise<readonly Member[]> {
  const provider = await openProvider({ id: 'sample', ...(url !== undefined && { url }) }, OPEN_GATE);
  return (await provider.discover?.({ ...asked, categories })) ?? [];
}

describe('the sample market lists its members', () => {
  it('with their names, types, exchanges and dates', async () => {
    const members = new Map((await membersAt()).map((member) => [member.ticker, member]));
    const tarn = members.get('TARN');
    expect(tarn).toMatchObject({ name: 'Tarn Water', type: 'equity', exchange: 'XNYS', source: 'sample' });
    expect(formatDay(tarn?.listed ?? 0)).toBe('2010-01-04');
    // Its last trade was the day before.
    expect(formatDay(tarn?.delisted ?? 0)).toBe('2023-06-29');
    expect(members.get('ALFA')?.delisted).toBeNull();
    expect(members.has('BRVO.PA')).toBe(false);
  });

  it('of the categories that are asked for', async () => {
    const types = async (...categories: (typeof CATEGORY_NAMES)[number][]): Promise<unknown> => [
      ...new Set((await membersAt(undefined, categories)).map(({ type }) => type)),
    ];
    expect(await types('etf')).toEqual(['etf']);
    expect(await types('crypto', 'fx')).toEqual(['crypto', 'fx']);
    expect(await types('otc')).toEqual([]);
  });

  it('over as many pages of its server as it takes, and the same', async () => {
    const simulator = await start({ wire: 'sample' });
    expect(await membersAt(simulator.url)).toEqual(await membersAt());
    expect(simulator.entries.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok']);
  });
});
