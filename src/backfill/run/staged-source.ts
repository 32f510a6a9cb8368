import { createHash } from 'node:crypto';
import { MS_PER_DAY } from '../../core/session/day.ts';
import type { ProviderConfig } from '../../providers/provider.ts';
import type { DamagedAnswer, StagedSlice, Staging } from '../../store/staging.ts';
import type { BackfillEvent } from './events.ts';
import type { SharedStaging } from './shared-staging.ts';

/** How a provider's answers are named in staging: another configuration may give others. */
export function stagedAs(config: ProviderConfig): string {
  const settings = Object.entries(config).filter(([name]) => !['timeoutMs', 'maxRetries'].includes(name));
  const text = JSON.stringify(settings.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return `${config.id}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

/** How long an answer may lie in staging before it is asked for again. */
const LASTS_MS = MS_PER_DAY;

/** What lies in staging of a source. */
export interface StagedOfSource {
  /** What a run that starts now may take in. */
  readonly fresh: readonly StagedSlice[];
  /** Too old for that, or in the form of an earlier version. */
  readonly old: readonly StagedSlice[];
  /** Those that are not as they were written, which count as never collected. */
  readonly damaged: readonly DamagedAnswer[];
}

/** What lies in staging of a source. Reads all that may be taken in, one answer at a time. */
export async function stagedOf(source: string, staging: Staging, now: number): Promise<StagedOfSource> {
  const [fresh, old, damaged]: [StagedSlice[], StagedSlice[], DamagedAnswer[]] = [[], [], []];
  for (const slice of await staging.list()) {
    if (slice.source !== source) continue;
    // A clock may have been set back meanwhile.
    const isFresh = Math.abs(now - slice.fetchedAt) < LASTS_MS;
    const state = isFresh ? await staging.examine(slice) : undefined;
    if (state?.is === 'damaged') damaged.push({ slice, path: state.path, reason: state.reason });
    else (state?.is === 'whole' ? fresh : old).push(slice);
  }
  return { fresh, old, damaged };
}

/** Before a run plans: removes what is old, and moves what is damaged to quarantine, unless another run is at work on it. */
export async function clearStaging(
  source: string,
  user: symbol,
  now: number,
  tools: {
    readonly store: { readonly staging: Staging };
    readonly staging: SharedStaging;
    readonly onEvent?: ((event: BackfillEvent) => void) | undefined;
  },
): Promise<void> {
  const { staging } = tools.store;
  const { old, damaged } = await stagedOf(source, staging, now);
  if (old.length + damaged.length === 0) return;
  await tools.staging.sweep(user, async () => {
    await staging.remove(old);
    await staging.setAside(damaged.map(({ slice }) => slice));
  });
  if (damaged.length > 0) tools.onEvent?.({ type: 'damaged-answers', answers: damaged });
}
