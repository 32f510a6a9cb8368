/** Who wrote a file, by its footer: another tool puts its own name there. */
export const CREATED_BY = 'backfill';

/** Key of the store's own entry in a file's key-value metadata. */
export const METADATA_KEY = 'backfill';

/** Key of the entry behind it, of digests of the file's bytes. */
export const BYTES_KEY = 'backfill.bytes';
