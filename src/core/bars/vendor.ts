// What rows have as their `source`: the id of the provider that gave them, or, where one of its endpoints did that it names, its
// id, `/` and that name (`polygon/flat`). Whatever is asked of a row's origin is asked of its provider: endpoints tell of the
// same trades, so that one corrects what another said.

import type { StoredBars } from './columns.ts';

/** The `source` of rows that an endpoint of a provider gave; undefined: one that has no name of its own. */
export function labelOf(provider: string, endpoint?: string): string {
  return endpoint === undefined ? provider : `${provider}/${endpoint}`;
}

/** Whether something can be the name of an endpoint: a word in lower case. */
export function isEndpointName(name: unknown): boolean {
  return typeof name === 'string' && /^[a-z][a-z0-9-]{0,31}$/.test(name);
}

/** Id of the provider that gave rows of a `source`. */
export function vendorOf(source: string): string {
  const end = source.indexOf('/');
  return end < 0 ? source : source.slice(0, end);
}

/** Ids of the providers that gave the bars, each once. */
export function vendorsIn({ source: { codes, names } }: StoredBars): string[] {
  return [...new Set(Array.from(new Set(codes), (code) => vendorOf(names[code] ?? '')))];
}

/** Whether a provider gave bar i, by whatever endpoint. */
export function givenBy({ source: { codes, names } }: StoredBars, provider: string): (i: number) => boolean {
  const own = names.map((name) => vendorOf(name) === provider);
  return (i) => own[codes[i] ?? 0] === true;
}
