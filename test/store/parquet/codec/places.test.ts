import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, describe, it } from 'vitest';
import type { ActionBook } from '../../../../src/core/actions/action-book.ts';
import type { CorporateAction } from '../../../../src/core/bars/bars.ts';
import { storedBarsOf } from '../../../../src/core/bars/bar-builder.ts';
import { parseDay } from '../../../../src/core/session/day.ts';
import type { BarStore } from '../../../../src/store/store.ts';
import { bytesAsFile } from '../../../../src/store/parquet/codec/bytes-at.ts';
import { readActionsFooter, readFooter } from '../../../../src/store/parquet/codec/decode.ts';
import {
  BAR_COLUMNS,
  encodeActions,
  encodeBars,
  encodeParts,
} from '../../../../src/store/parquet/codec/encode.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { actionsPath, barsPath } from '../../../../src/store/parquet/files/layout.ts';
import { areActionsInPlace, areColumnsInPlace } from '../../../../src/store/parquet/codec/places.ts';
import { LONG_RUNS } from '../../../needs.ts';
import { AAPL, coverage, daily, days, temporaryFolder, update } from '../../fixtures.ts';
import { rowsIn } from '../../rows.ts';
import { tellActions } from '../../told-actions.ts';

const ROWS = [
  daily('2026-02-24', { volume: 1000 }),
  daily('2026-02-25', { volume: 2000, trades: 7 }),
  daily('2026-02-26', { volume: 3000 }),
];

const SPLIT: CorporateAction = { kind: 'split', exDay: parseDay('2020-08-31'), ratio: 4 };
const DIVIDEND: CorporateAction = { kind: 'dividend', exDay: parseDay('2020-11-06'), amount: 0.205 };
const NOON = Date.parse('2026-03-02T12:00:00Z');

/** Of how many bits one is turned: every one of a byte has its turn. */
const STEP = LONG_RUNS ? 3 : 29;

/** What came of turning bits of a file's footer: how often it was noticed, and where it was not and did harm. */
async function turnedBits(
  file: string,
  look: () => Promise<'noticed' | 'harmless' | 'unnoticed'>,
): Promise<{ noticed: number; unnoticed: number[]; turned: number }> {
  const bytes = await readFile(file);
  const start = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
  const unnoticed: number[] = [];
  let noticed = 0;
  let turned = 0;
  for (let bit = start * 8; bit < bytes.length * 8; bit += STEP, turned++) {
    const at = bit >> 3;
    const rotten = Buffer.from(bytes);
    rotten[at] = (bytes[at] as number) ^ (1 << (bit & 7));
    await writeFile(file, rotten);
    const came = await look();
    if (came === 'noticed') noticed++;
    else if (came === 'unnoticed') unnoticed.push(at - start);
  }
  return { noticed, unnoticed, turned };
}

describe('a bit of a footer that turned', () => {
  it('is noticed by a scan wherever the rows cannot be read any more', { timeout: 60_000 }, async () => {
    const { path: root, remove } = await temporaryFolder();
    const learned = coverage({ present: [days('2026-02-24', '2026-02-27')] });
    const written = openParquetStore(root);
    await written.upsert(update(ROWS, { learned }));
    const sound = await rowsIn(written, AAPL);
    const file = join(root, barsPath({ series: AAPL, period: 'all' }));
    const { noticed, unnoticed, turned } = await turnedBits(file, async () => {
      const store = openParquetStore(root);
      const { setAside, distrusted = [] } = await store.scan();
      if (setAside.length + distrusted.length > 0) return 'noticed';
      const rows = await rowsIn(store, AAPL).catch(() => undefined);
      return JSON.stringify(rows) === JSON.stringify(sound) ? 'harmless' : 'unnoticed';
    });
    await remove();
    expect(unnoticed).toEqual([]);
    expect(noticed).toBeGreaterThan((3 / 8) * turned);
  });
});

describe('a bit of the footer of corporate actions that turned', () => {
  it.each([[[SPLIT, DIVIDEND]], [[SPLIT, { ...DIVIDEND, currency: 'GBX' }]]])(
    'is noticed by a scan wherever they cannot be read any more: %o',
    { timeout: 60_000 },
    async (actions) => {
      const { path: root, remove } = await temporaryFolder();
      const book = (store: BarStore): Promise<ActionBook | undefined> =>
        store.readActionBook('AAPL').catch(() => undefined);
      const written = openParquetStore(root);
      await tellActions(written, 'AAPL', actions, days('2020-01-01', '2021-01-01'), 'sample', NOON);
      const sound = JSON.stringify(await book(written));
      const file = join(root, actionsPath('AAPL'));
      const { noticed, unnoticed, turned } = await turnedBits(file, async () => {
        const store = openParquetStore(root);
        const { setAside, distrusted = [] } = await store.scan();
        if (setAside.length + distrusted.length > 0) return 'noticed';
        return JSON.stringify(await book(store)) === sound ? 'harmless' : 'unnoticed';
      });
      await remove();
      expect(unnoticed).toEqual([]);
      expect(noticed).toBeGreaterThan((3 / 8) * turned);
    },
  );
});

describe('the columns of a footer', () => {
  const inPlace = async (bytes: Uint8Array): Promise<boolean> =>
    areColumnsInPlace(await readFooter(bytesAsFile(bytes)), bytes.length);
  const bars = storedBarsOf(ROWS);

  it('are in place in a file with or without rows, in one part or two', async () => {
    expect(await inPlace(encodeBars(bars, '{}'))).toBe(true);
    expect(await inPlace(encodeBars(storedBarsOf([]), '{}'))).toBe(true);
    expect(await inPlace(encodeParts(bars, bars, () => '{}'))).toBe(true);
  });

  it('are in place in a file of corporate actions, with currencies, without and empty', async () => {
    const row = { source: 'sample', fetchedAt: NOON };
    for (const actions of [[], [SPLIT, DIVIDEND], [{ ...DIVIDEND, currency: 'GBX' }]]) {
      const bytes = encodeActions(
        actions.map((action) => ({ action, ...row })),
        '{}',
      );
      const footer = await readActionsFooter(bytesAsFile(bytes));
      expect([areActionsInPlace(footer, bytes.length), areActionsInPlace(footer, bytes.length + 1)]).toEqual([
        true,
        false,
      ]);
    }
  });

  it('are in place before the indexes that earlier versions wrote', async () => {
    const columnData = BAR_COLUMNS.map(({ name, type }) => ({
      name,
      data: ROWS.map((_, i) => (name === 'source' ? 'csv' : type === 'INT64' ? BigInt(i) : i)),
    }));
    const schema = [{ name: 'root', num_children: BAR_COLUMNS.length }, ...BAR_COLUMNS];
    const earlier = new Uint8Array(parquetWriteBuffer({ schema, columnData, pageSize: 8 }));
    const [first] = (await readFooter(bytesAsFile(earlier))).parsed.row_groups[0]?.columns ?? [];
    expect(first?.offset_index_offset).toBeGreaterThan(0);
    expect(await inPlace(earlier)).toBe(true);
  });

  it('are not where there is something between', async () => {
    const bytes = encodeBars(bars, '{}');
    const footer = await readFooter(bytesAsFile(bytes));
    expect(areColumnsInPlace(footer, bytes.length + 1)).toBe(false);
    expect(areColumnsInPlace({ ...footer, rows: footer.rows + 1 }, bytes.length)).toBe(false);
  });

  it.each([
    { num_values: 4n },
    { codec: 'SNAPPY' },
    { type: 'INT32' },
    { path_in_schema: ['low'] },
    { path_in_schema: ['source', 'list'] },
    { dictionary_page_offset: 1n << 40n },
    { data_page_offset: 1n },
    { total_compressed_size: 1n },
  ] as const)('are not where one is said to be otherwise: %o', async (otherwise) => {
    const bytes = encodeBars(bars, '{}');
    const footer = structuredClone(await readFooter(bytesAsFile(bytes)));
    const chunk = footer.parsed.row_groups[0]?.columns.at(-2)?.meta_data;
    expect(chunk?.path_in_schema).toEqual(['source']);
    Object.assign(chunk ?? {}, otherwise);
    expect(areColumnsInPlace(footer, bytes.length)).toBe(false);
  });
});
