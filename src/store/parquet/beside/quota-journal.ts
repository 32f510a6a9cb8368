import {
  areLongOver,
  type JournaledUse,
  type QuotaJournal,
  type UsedWindows,
  usedWindowsIn,
} from '../../../core/plan/quota-journal.ts';
import { sealed, unsealed } from '../../../core/seal.ts';
import { eachBounded } from '../../bounded.ts';
import { orAbsent } from '../files/absent.ts';
import { type Blobs, bytesOfText, readText } from '../files/blobs.ts';
import { decodeValue, encodeValue, QUOTA } from '../files/layout.ts';

// One document a process and key, `quota/OWNER/PROCESS.json`:
//
//     {"windows": {"86400000ms": {"index": 20787, "used": 12}}}

const ENDING = '.json';

/** What cannot be read may count for so long, ms: two days. */
const DOUBTFUL_MS = 2 * 86_400_000;

/** `usable` turns what the file system says into `store-unusable`. */
export function openQuotaJournal(
  blobs: Blobs,
  usable: <T>(work: () => Promise<T>) => Promise<T>,
): QuotaJournal {
  return {
    note: (owner, process, windows) =>
      usable(async () => {
        const bytes = bytesOfText(`${JSON.stringify(sealed({ windows }))}\n`);
        await blobs.put(pathOf(owner, process), bytes, { isLeaseless: true });
      }),
    read: (owner) => usable(() => readAll(blobs, owner)),
    sweep: (owner, now) =>
      usable(async () => {
        for (const { process, windows } of await readAll(blobs, owner)) {
          const path = pathOf(owner, process);
          const isOver =
            windows === null
              ? ((await blobs.written(path))?.writtenAt ?? now) < now - DOUBTFUL_MS
              : areLongOver(windows, now);
          if (isOver) await orAbsent(blobs.remove(path, { isLeaseless: true }));
        }
      }),
  };
}

async function readAll(blobs: Blobs, owner: string): Promise<JournaledUse[]> {
  const names = await blobs.list(folderOf(owner));
  const processes = names.flatMap((name) =>
    name.endsWith(ENDING) ? (decodeValue(name.slice(0, -ENDING.length)) ?? []) : [],
  );
  const all: JournaledUse[] = [];
  await eachBounded(processes.toSorted(), async (process) => {
    const text = await readText(blobs, pathOf(owner, process));
    // One that went meanwhile counts no more.
    if (text !== undefined) all.push({ process, windows: windowsIn(text) ?? null });
  });
  return all.toSorted((a, b) => (a.process < b.process ? -1 : 1));
}

function windowsIn(text: string): UsedWindows | undefined {
  try {
    const { document, seal } = unsealed(JSON.parse(text)) ?? {};
    return seal === 'whole' ? usedWindowsIn(document?.['windows']) : undefined;
  } catch {
    return undefined;
  }
}

function folderOf(owner: string): string {
  return `${QUOTA}/${encodeValue(owner)}`;
}

function pathOf(owner: string, process: string): string {
  return `${folderOf(owner)}/${encodeValue(process)}${ENDING}`;
}
