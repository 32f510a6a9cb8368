import type { BackfillEvent } from '../backfill/run/events.ts';
import type { ProviderPart, SecondOpinion } from '../backfill/settle/provider-part.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import type { Plan } from '../core/plan/plan.ts';
import { saidByIt } from '../core/said-by.ts';
import { type Page, printable, totalLine, UNBOUNDED, wrapped } from './page.ts';
import { planText } from './plan-text.ts';
import { formatCount, plural } from './table.ts';
import { trafficTexts } from './traffic-text.ts';

/**
 * What a chain says before each of its providers: `Then yahoo, for what polygon cannot give`; nothing before the first, unless
 * that is asked again.
 */
export function askingLines({
  provider,
  before,
  unnamed,
}: Extract<BackfillEvent, { type: 'asking' }>): string[] {
  if (unnamed !== undefined)
    return [`Then ${provider} again, for ${formatCount(unnamed)} series that its whole sessions do not name`];
  return before.length === 0 ? [] : [thenLine(provider, before)];
}

function thenLine(provider: string, before: readonly string[]): string {
  return `Then ${provider}, for what ${before.join(' and ')} cannot give`;
}

/** What `--dry-run` says of the providers that are asked after the first, whose id is given. */
export function nextPlans({ next = [] }: Plan, first: string, page: Page = UNBOUNDED): string[] {
  return next.flatMap(({ provider, quotas, plan }, i) => {
    const before = [first, ...next.slice(0, i).map((one) => one.provider)];
    const line = `${thenLine(provider, before)}, as far as that is known before they are asked:`;
    return ['', ...totalLine(line, page), ...planText(plan, quotas, page)];
  });
}

/** What a chain says before it asks for second opinions. */
export function opinionLine({
  provider,
  sessions,
  requests,
}: Extract<BackfillEvent, { type: 'opinion' }>): string {
  return `Then ${provider}, for what it has of ${plural(sessions, 'odd session')}: ${plural(requests, 'request')}`;
}

/** What others say of odd sessions, a line each. */
export function opinionLines(said: readonly SecondOpinion[], page: Page): string[] {
  if (said.length === 0) return [];
  const lines = said.map(opinionText);
  const shown = page.isWhole ? lines : lines.slice(0, SHOWN);
  const more = lines.length - shown.length;
  return [
    '',
    `SECOND OPINIONS (${plural(said.length, 'session')})`,
    ...shown.flatMap((line) => wrapped(printable(line), page.columns, { hang: 2 })),
    ...(more > 0 ? [`… and ${formatCount(more)} more: --all lists them`] : []),
  ];
}

/** Those that were asked for and did not come, a line each. */
export function unheardLines({ secondOpinions = [] }: Pick<RunSummary, 'secondOpinions'>): string[] {
  return secondOpinions
    .filter(({ says }) => says === 'unheard')
    .map((one) => `No second opinion of ${opinionText(one)}`);
}

function opinionText({ ticker, interval, session, kind, note }: SecondOpinion): string {
  return `${ticker} ${interval} ${session} (${kind}): ${note}`;
}

/** Entries of a list that are shown. */
const SHOWN = 10;

/** What each provider of a chain did, a line each: `yahoo: 2,520 bars (2,520 new) of 10 series  Sent: 10 …`. */
export function providerLines(parts: readonly ProviderPart[]): string[] {
  return parts.flatMap((part) => {
    const {
      provider,
      bars,
      inserted,
      fetched,
      continued = 0,
      handedOn = 0,
      unavailable,
      stopped,
      refused,
    } = part;
    const brought = `${plural(bars, 'bar')} (${formatCount(inserted)} new) of ${formatCount(fetched + continued)} series`;
    const rest = continued > 0 ? `, ${formatCount(continued)} of which another went on with` : '';
    const failed = part.failed - continued - handedOn;
    const errors =
      (failed > 0 ? `  Errors: ${formatCount(failed)}` : '') +
      (handedOn > 0 ? `  Handed on: ${formatCount(handedOn)}` : '');
    const lacks = unavailable > 0 ? `  Unavailable: ${formatCount(unavailable)}` : '';
    const [traffic, ...priced] = trafficTexts(part);
    return [
      `${provider}: ${brought}${rest}${lacks}${errors}${traffic === undefined ? '' : `  ${traffic}`}`,
      ...priced.map((line) => `${provider}: ${line}`),
      ...(stopped === null
        ? []
        : [`${provider} was not asked to the end: ${saidByIt(provider, stopped.message)}`]),
      ...refused.map(
        ({ interval, message, tickers }) =>
          `${provider}: ${interval} is not open to this key (${saidByIt(provider, message)}); not asked for: ${plural(tickers.length, 'ticker')}`,
      ),
    ];
  });
}
