import { BackfillError } from '../index.ts';
import { messageInFlags } from './in-flags.ts';
import { PROVIDER } from './provider-options.ts';

/** A complaint about a setting says where that stands. */
export function withSource(error: unknown, source: string): unknown {
  return error instanceof BackfillError
    ? new BackfillError(error.code, `${source}: ${messageInFlags(error)}`, { cause: error.cause })
    : error;
}

/** A complaint about an option says where it stands, if that is not the command line. */
export function bySource(error: unknown, sources: ReadonlyMap<string, string>): unknown {
  const source = sources.get(blamedOption(error) ?? '');
  return source === undefined ? error : withSource(error, source);
}

/** The option of which a complaint about one speaks, or about what a provider is told by one. */
export function blamedOption(error: unknown): string | undefined {
  const message = error instanceof BackfillError ? messageInFlags(error) : '';
  const [, option] = /^--([a-z-]+):? /.exec(message) ?? [];
  if (option !== undefined) return option;
  const [, told] = /^provider \S+ (?:setting |has no setting ")([\w-]+)/.exec(message) ?? [];
  if (told !== undefined) return told in PROVIDER ? told : 'provider-setting';
  return /^provider [^"].*?: /.test(message) ? 'provider' : undefined;
}
