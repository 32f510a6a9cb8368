import type { Texts } from './declaration.ts';

/** Whether a provider or a wire is named by the path of its module. */
export function isPath(name: string): boolean {
  return /[\\/]|\.[cm]?[jt]s$/.test(name);
}

/** The provider of one's own that is named; none where it is another. */
export function ownProviders(all: Texts): readonly string[] {
  const named = all.get('provider') ?? true;
  return named === true ? [] : named.filter(isPath);
}
