// What the author of a provider builds it of: `import … from 'backfill/provider'`.

export type { LoadedModule, ProviderConfig } from './providers/provider.ts';
export type { ModuleSteps, ProviderModule } from './providers/module/load-module.ts';
export type { ModuleConfig } from './providers/module/module-config.ts';
export {
  type FetchRequest,
  type FetchedAnswer,
  type GetOptions,
  type ProviderDefinition,
  defineProvider,
} from './providers/module/define-provider.ts';
export type { FetchedRow } from './providers/module/fetched-rows.ts';
export type { DeclaredCapabilities, DeclaredInterval } from './providers/module/check-capabilities.ts';
export type {
  Call,
  ChainSteps,
  HttpSteps,
  Page,
  Reaches,
  SpareSteps,
  Spoilt,
} from './providers/http/steps.ts';
export type { HttpAnswer } from './providers/http/transport.ts';
export type {
  ActionsAnswer,
  ActionsRequest,
  AlikeParts,
  BarAnswer,
  Basis,
  Capabilities,
  EndpointDays,
  ExplainedAbsence,
  IntervalCapability,
  ListRequest,
  MarketActionsRequest,
  MarketAnswer,
  MarketCapability,
  MarketRequest,
  Part,
  PartOf,
  Secrets,
  UnusableRow,
} from './providers/provider.ts';
export type { CorporateAction, Identity, Ohlcv } from './core/bars/bars.ts';
export type { Bars } from './core/bars/columns.ts';
export type { CrossSection } from './core/bars/cross-section.ts';
export type { DiscoverRequest, Discovery } from './providers/discovery.ts';
export type { ToldUsage } from './providers/told-usage.ts';
export type { Category, Member } from './core/universe/member.ts';
export type { Day, DayRange } from './core/session/day.ts';
export type { Interval } from './core/session/interval.ts';
export { BackfillError, type ErrorCode, type ErrorDetails } from './core/errors.ts';
export { errorByStatus, firstLine } from './providers/http/status.ts';
export { rawAnswer } from './providers/raw-answer.ts';
export { partOver } from './providers/part-over.ts';
export { BarBuilder, barsOf } from './core/bars/bar-builder.ts';
export { toRaw } from './core/adjust/adjust.ts';
export { checkActions } from './core/actions/action-checks.ts';
export { inCategories } from './core/universe/category.ts';
export { calendarFor } from './core/calendar/calendars.ts';
export { formatDay, parseDay, startOfDay, utcDayOf } from './core/session/day.ts';
