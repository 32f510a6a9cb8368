import { BackfillError } from '../index.ts';
import { loadVariables, type Variable } from './variables.ts';

/** Variables of a database's connections, and what of a store's URL they are. Others own them too: a file for this program counts. */
const POOL: Readonly<Record<string, string>> = { DB_POOL_MIN_SIZE: 'pool_min', DB_POOL_MAX_SIZE: 'pool_max' };

/** Those that stand in `.env`, or the file in its place, by what they are. */
export function poolVariables(environmentFile: string | undefined): ReadonlyMap<string, Variable> {
  const { filed } = loadVariables(environmentFile);
  return new Map(
    filed.flatMap((variable) => (POOL[variable.name] ? [[POOL[variable.name] ?? '', variable]] : [])),
  );
}

/** The URL of a store in a database, with what variables say of its connections and it does not. Throws `usage`. */
export function withPool(store: string, environmentFile: string | undefined): string {
  if (!/^(postgres(ql)?|questdb):\/\//i.test(store)) return store;
  let url = store;
  for (const [name, { value, source }] of poolVariables(environmentFile)) {
    if (new RegExp(`[?&]${name}=`).test(url)) continue;
    if (!/^\d{1,3}$/.test(value))
      throw new BackfillError(
        'usage',
        `${source}: ${value} is no number of connections; write one such as 4`,
      );
    url += `${url.includes('?') ? '&' : '?'}${name}=${value}`;
  }
  return url;
}
