import { BackfillError } from '../core/errors.ts';
import type { Universe } from '../core/universe/universe.ts';
import { type CoverageHtml, pageHtml } from '../report/coverage-page/page-html.ts';
import { type PageContent, pageOf } from '../report/coverage-page/page-of.ts';
import type { BarStore, ScanOptions } from '../store/store.ts';
import { judgedCoverage } from './coverage.ts';
import { findIssues, findRevisions } from './issues.ts';
import { pageCode } from './page-code.ts';
import type { Parts } from './parts.ts';
import type { HistoryRequest } from './requests.ts';
import { programVersion } from './version.ts';

/** What `History.coverageHtml` gives; `universe` undefined: all in the store. */
export async function coverageHtmlOf(
  { store, capabilities, clock }: Parts,
  request: HistoryRequest,
  universe: Universe | undefined,
): Promise<CoverageHtml> {
  const code = await pageCode('coverage');
  const now = clock();
  const { report, judgedOf } = await judgedCoverage(store, capabilities, now, request, universe);
  const { intervals } = request;
  const selection: ScanOptions = {
    ...(universe && { tickers: universe.tickers }),
    ...(intervals && { intervals }),
  };
  const data = pageOf({
    ...{ report, judgedOf, now },
    issues: await findIssues(store, selection, now),
    // A file that cannot be read is among the issues.
    revisions: await findRevisions(store, selection, () => undefined),
    ...(await universesOf(store)),
    store: store.url,
    version: programVersion(),
  });
  return { html: pageHtml(data, code), report };
}

/** The tickers of each universe that the store has; one that cannot be read is told in a line. */
async function universesOf(store: BarStore): Promise<Pick<PageContent, 'universes'> & { notes: string[] }> {
  const universes = new Map<string, readonly string[]>();
  const notes: string[] = [];
  for (const name of await store.listUniverses())
    try {
      const members = await store.readUniverse(name);
      universes.set(name, [...new Set(members?.map(({ ticker }) => ticker))]);
    } catch (error) {
      if (!(error instanceof BackfillError && error.code === 'usage')) throw error;
      notes.push(`universe left out: ${error.message}`);
    }
  return { universes, notes };
}
