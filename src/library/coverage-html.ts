import type { Universe } from '../core/universe/universe.ts';
import { type CoverageHtml, pageHtml } from '../report/coverage-page/page-html.ts';
import { pageOf } from '../report/coverage-page/page-of.ts';
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
    universes: await universesOf(store),
    store: store.url,
    version: programVersion(),
  });
  return { html: pageHtml(data, code), report };
}

/** The tickers of each universe that the store has. */
async function universesOf(store: BarStore): Promise<ReadonlyMap<string, readonly string[]>> {
  const universes = new Map<string, readonly string[]>();
  for (const name of await store.listUniverses()) {
    const members = await store.readUniverse(name);
    universes.set(name, [...new Set(members?.map(({ ticker }) => ticker))]);
  }
  return universes;
}
