import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pageCode } from '../../src/library/page-code.ts';
import { pageHtml } from '../../src/report/coverage-page/page-html.ts';
import { pageOf } from '../../src/report/coverage-page/page-of.ts';
import { measureInside } from '../harness/measure.ts';
import { fromRoot } from '../harness/paths.ts';
import type { Question, Row } from '../harness/question.ts';
import { type Contestant, inRounds } from '../harness/rounds.ts';
import { spreadOf } from '../harness/spread.ts';
import { inventedCoverage } from '../market/invented-coverage.ts';

const SESSIONS = 1260;

/** What `open-page.mjs` says. */
interface Opened {
  readonly wallMs: number;
}

export const coveragePage: Question = {
  asks: 'How large is a page of coverage of five years, and how soon is its map painted?',
  long: true,
  answer: async ({ quick, scratch, tell }) => {
    await mkdir(scratch, { recursive: true });
    const sizes = quick ? [1000] : [1000, 10_000];
    const contestants = await Promise.all(
      sizes.map(async (series): Promise<Contestant<Opened>> => {
        const file = join(scratch, `${series}.html`);
        await writeFile(
          file,
          pageHtml(pageOf(inventedCoverage(series, SESSIONS)), await pageCode('coverage')),
        );
        const command = { program: process.execPath, args: [fromRoot('bench/programs/open-page.mjs'), file] };
        return {
          name: String(series),
          run: async () => {
            const opened = await measureInside<Opened>(command);
            tell(`${series} series: ${Math.round(opened.wallMs)} ms`);
            return opened;
          },
        };
      }),
    );
    const measured = await inRounds(contestants, { warmUps: 1, runs: quick ? 3 : 7 });
    const rows = await Promise.all(
      sizes.map(async (series): Promise<Row> => {
        const walls = (measured.get(String(series)) ?? []).map(({ wallMs }) => wallMs);
        const { size } = await stat(join(scratch, `${series}.html`));
        return { name: `${series} series`, cells: { open: spreadOf(walls), size } };
      }),
    );
    return {
      notes: [
        `${SESSIONS} sessions of invented series, one in a hundred without a bar; a new Chromium each time`,
      ],
      tables: [
        {
          title: 'Opening a page of coverage',
          columns: [
            { key: 'open', title: 'painted after', unit: 'ms' },
            { key: 'size', title: 'file', unit: 'bytes' },
          ],
          rows,
        },
      ],
      charts: [],
    };
  },
};
