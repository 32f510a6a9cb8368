import type { Texts } from './declaration.ts';

/** Whether a provider or a wire is named by the path of its module. */
export function isPath(name: string): boolean {
  return /[\\/]|\.[cm]?[jt]s$/.test(name);
}

/** The providers that are named with commas between them, in their order. */
export function chainIn(text: string): readonly string[] {
  return text.split(',').map((one) => one.trim());
}

/** The providers of one's own that are named; none where all are others. */
export function ownProviders(all: Texts): readonly string[] {
  const named = all.get('provider') ?? true;
  return named === true ? [] : named.flatMap(chainIn).filter(isPath);
}
