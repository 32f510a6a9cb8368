import { BackfillError } from '../../../core/errors.ts';
import { sealed } from '../../../core/seal.ts';
import type { HandedOverRuns } from '../../handed-over.ts';
import { orAbsent } from '../files/absent.ts';
import { type Blobs, bytesOfText, readText } from '../files/blobs.ts';
import { decodeValue, encodeValue, HANDED_OVER } from '../files/layout.ts';
import { recordIn } from './records.ts';

const ENDING = '.json';

/** One document a run, `handed-over/RUN.json`. `usable` turns what the file system says into `store-unusable`. */
export function openHandedOver(
  blobs: Blobs,
  usable: <T>(work: () => Promise<T>) => Promise<T>,
): HandedOverRuns {
  return {
    keep: (run, request) =>
      usable(async () => {
        const bytes = bytesOfText(`${JSON.stringify(sealed(request))}\n`);
        await blobs.put(pathOf(run), bytes, { isLeaseless: true });
      }),
    read: (run) =>
      usable(async () => {
        const text = await readText(blobs, pathOf(run));
        if (text === undefined) return undefined;
        const { document, seal = 'broken' } = recordIn(text) ?? {};
        if (document !== undefined && seal !== 'broken') return document;
        throw new BackfillError(
          'store-corrupt',
          `${pathOf(run)} is not as it was written: what run ${run} was asked is not known; ask that again, and remove it`,
        );
      }),
    list: () =>
      usable(async () => {
        const names = (await blobs.list(HANDED_OVER)).filter((name) => name.endsWith(ENDING));
        return names.flatMap((name) => decodeValue(name.slice(0, -ENDING.length)) ?? []).toSorted();
      }),
    drop: (run) =>
      usable(async () => {
        await orAbsent(blobs.remove(pathOf(run), { isLeaseless: true }));
      }),
  };
}

function pathOf(run: string): string {
  return `${HANDED_OVER}/${encodeValue(run)}${ENDING}`;
}
