import { asAsked } from '../run/begun-batches.ts';
import type { RecordedRun } from '../run/run-record.ts';
import type { Stop } from '../stop.ts';

/** What one provider of a chain did, by its records. Plain JSON. */
export interface RecordedPart extends Pick<
  RecordedRun,
  'provider' | 'fetched' | 'failed' | 'unavailable' | 'notRun' | 'bars' | 'stopped'
> {
  /** Requests that were sent, with those for second opinions. */
  readonly sent: number;
  /** Whether it has a run on record: there may have been nothing to ask it for. */
  readonly isAsked: boolean;
}

/**
 * What each provider did in the chain that the newest run was of, all its batches together; undefined where that was of none.
 * `all`: what is on record, the newest first.
 */
export function partsOfChain(
  { chain }: RecordedRun,
  all: readonly RecordedRun[],
): readonly RecordedPart[] | undefined {
  if (chain === undefined) return undefined;
  // The first is asked in each batch, those after it only for what is left.
  const [first, ...before] = all.filter(
    (run) => run.provider === chain.providers[0] && run.opinions === undefined && run.chain?.isAgain !== true,
  );
  const ofFirst = first?.chain?.begunAt === chain.begunAt ? asAsked([first, ...before]) : [];
  const begun = new Set([chain.begunAt, ...ofFirst.map((run) => run.chain?.begunAt)]);
  const its = all.filter((run) => run.chain !== undefined && begun.has(run.chain.begunAt));
  return chain.providers.map((provider) =>
    partOf(
      provider,
      its.filter((run) => run.provider === provider),
    ),
  );
}

function partOf(provider: string, runs: readonly RecordedRun[]): RecordedPart {
  const bare = runs.filter(({ opinions }) => opinions === undefined);
  const again = bare.filter(({ chain }) => chain?.isAgain === true);
  const sum = (some: readonly RecordedRun[], name: 'sent' | 'series' | Count): number =>
    some.reduce((total, run) => total + (run[name] ?? 0), 0);
  // Those that were asked again had failed, and count as what they were then.
  const failed = Math.max(sum(again, 'failed'), sum(bare, 'failed') - sum(again, 'series'));
  const stopped = runs.reduce<Stop | null>((newest, run) => newest ?? run.stopped, null);
  return {
    ...{ provider, isAsked: runs.length > 0, failed, stopped },
    ...{ sent: sum(runs, 'sent'), bars: sum(bare, 'bars'), fetched: sum(bare, 'fetched') },
    ...{ unavailable: sum(bare, 'unavailable'), notRun: sum(bare, 'notRun') },
  };
}

type Count = 'fetched' | 'failed' | 'unavailable' | 'notRun' | 'bars';
