import { createHash } from 'node:crypto';
import { MS_PER_DAY } from '../../core/session/day.ts';
import type { ProviderConfig } from '../../providers/provider.ts';
import type { StagedSlice, Staging } from '../../store/staging.ts';

/** How a provider's answers are named in staging: another configuration may give others. */
export function stagedAs(config: ProviderConfig): string {
  const settings = Object.entries(config).filter(([name]) => name !== 'timeoutMs');
  const text = JSON.stringify(settings.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return `${config.id}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

/** How long an answer may lie in staging before it is asked for again. */
const LASTS_MS = MS_PER_DAY;

/** What lies in staging of a source: what a run that starts now may take in, and what is too old. */
export async function stagedOf(
  source: string,
  staging: Staging,
  now: number,
): Promise<{ readonly fresh: readonly StagedSlice[]; readonly old: readonly StagedSlice[] }> {
  const own = (await staging.list()).filter((slice) => slice.source === source);
  // A clock may have been set back meanwhile.
  const isFresh = ({ fetchedAt }: StagedSlice): boolean => Math.abs(now - fetchedAt) < LASTS_MS;
  return { fresh: own.filter(isFresh), old: own.filter((slice) => !isFresh(slice)) };
}
