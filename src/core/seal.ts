import { fnv1a } from './fnv.ts';

/** What a document with a seal is called by: the last field, so that people read the others first. */
const FIELD = 'seal';

/** A JSON document as it was written: what it says, and whether that is what was sealed. */
export interface Unsealed {
  readonly document: Readonly<Record<string, unknown>>;
  /** `none`: by an earlier version, or by hand. `broken`: it was changed since, by another hand or a failing disk. */
  readonly seal: 'whole' | 'broken' | 'none';
}

/** A document that tells, once it is read again, whether it is as it was written. What has no place in JSON is left out. */
export function sealed(document: object): { readonly [FIELD]: string } {
  return { ...document, [FIELD]: sealOf(document) };
}

/** The document of a parsed JSON text without its seal; undefined for what is no object. */
export function unsealed(json: unknown): Unsealed | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  const { [FIELD]: seal, ...document } = json as Record<string, unknown>;
  if (seal === undefined) return { document, seal: 'none' };
  return { document, seal: seal === sealOf(document) ? 'whole' : 'broken' };
}

/** 32 bits of any text: another one wherever a single character is another. */
export function sealOfText(text: string): string {
  return fnv1a(text).toString(16).padStart(8, '0');
}

/** By what the document says, not by how it is laid out. */
function sealOf(document: object): string {
  return sealOfText(JSON.stringify(document));
}
