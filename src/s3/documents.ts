/** An object of a bucket, as a listing has it. */
export interface Listed {
  readonly key: string;
  /** Of its present content, without quotes; another one once it is replaced. */
  readonly etag: string;
  /** As it is written there, ISO 8601. */
  readonly lastModified: string;
  /** Bytes. */
  readonly size: number;
}

/** A page of a listing. */
export interface ListingPage {
  readonly objects: readonly Listed[];
  /** Where a listing stops at a delimiter: the beginnings that keys have in common. */
  readonly prefixes: readonly string[];
  /** Where the next page goes on; null: there is none. */
  readonly next: string | null;
}

/** The page of a listing (ListObjectsV2) in a body; undefined where it is none, or was cut off. */
export function listingIn(body: string): ListingPage | undefined {
  const content = insideOf(body, 'ListBucketResult');
  if (content === undefined) return undefined;
  const objects = [...content.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)].map(([, entry = '']): Listed => {
    const of = (name: string): string => insideOf(entry, name) ?? '';
    return {
      ...{ key: of('Key'), etag: of('ETag').replaceAll('"', '') },
      ...{ lastModified: of('LastModified'), size: Number(of('Size')) },
    };
  });
  const prefixes = [...content.matchAll(/<CommonPrefixes>([\s\S]*?)<\/CommonPrefixes>/g)].map(
    ([, entry = '']) => insideOf(entry, 'Prefix') ?? '',
  );
  const next = insideOf(content, 'NextContinuationToken') ?? null;
  const isTruncated = insideOf(content, 'IsTruncated') === 'true';
  // One that says that it goes on, and not where, cannot be read to its end.
  if (isTruncated && next === null) return undefined;
  return { objects, prefixes, next: isTruncated ? next : null };
}

/** What a bucket says where it gives nothing. */
export interface Refused {
  /** `NoSuchKey`, `AccessDenied` … */
  readonly code: string;
  readonly message: string;
}

/** The error document in a body; undefined where there is none: some servers leave it out. */
export function refusalIn(body: string): Refused | undefined {
  const content = insideOf(body, 'Error');
  const code = content === undefined ? undefined : insideOf(content, 'Code');
  if (content === undefined || code === undefined) return undefined;
  return { code, message: insideOf(content, 'Message') ?? '' };
}

/** What the first element of a name in a document says; undefined where there is none. */
export function wordIn(body: string, name: string): string | undefined {
  return insideOf(body, name);
}

/** Of uploads that were begun and neither completed nor given up, their keys and ids. */
export function uploadsIn(body: string): { readonly key: string; readonly id: string }[] {
  return [...body.matchAll(/<Upload>([\s\S]*?)<\/Upload>/g)].map(([, entry = '']) => ({
    key: insideOf(entry, 'Key') ?? '',
    id: insideOf(entry, 'UploadId') ?? '',
  }));
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** What stands within the first element of a name; its text where that is all. */
function insideOf(text: string, name: string): string | undefined {
  const [, content] = new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`).exec(text) ?? [];
  if (content === undefined) return undefined;
  if (content.includes('<')) return content;
  return content.replaceAll(/&(#x?)?(\w+);/g, (whole, number: string | undefined, word: string) => {
    if (number === undefined) return ENTITIES[word] ?? whole;
    const code = Number.parseInt(word, number === '#x' ? 16 : 10);
    return Number.isNaN(code) ? whole : String.fromCodePoint(code);
  });
}
