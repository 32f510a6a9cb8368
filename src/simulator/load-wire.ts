import { BackfillError } from '../core/errors.ts';
import { shown } from '../core/shown.ts';
import { type Refuse, defaultExport, moduleUrl } from '../market/own-module.ts';
import type { OwnWire } from './own-wire.ts';

/** A wire of the user's own, by the path of its module. Throws `usage`, in one line, where there is none. */
export async function loadWire(module: string): Promise<OwnWire> {
  const refuse: Refuse = (what, cause) => new BackfillError('usage', `wire ${module}: ${what}`, { cause });
  const wire = await defaultExport(moduleUrl(module), 'export default { answer, askedSeries }', refuse);
  for (const name of ['answer', 'askedSeries'] as const) {
    const step = (wire as Partial<OwnWire> | null)?.[name];
    if (typeof step !== 'function') throw refuse(`its ${name} is ${shown(step)}; it must be a function`);
  }
  return wire as OwnWire;
}
