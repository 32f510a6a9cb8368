/** The keys that a provider asks for. Plain JSON. */
export interface KeysAsked {
  /** Environment variables of the user's keys, by their names: `{ key: 'ACME_KEY' }`. A quota is theirs. Default: none. */
  readonly credentials?: Readonly<Record<string, string>>;
  /**
   * Variables of keys that it asks for besides where a setting says so, by that: `{ 'source=flat': ['ACME_S3_KEY'] }`. They are
   * among its `credentials` then, and the quota is not theirs. Default: none.
   */
  readonly credentialsOfSettings?: Readonly<Record<string, readonly string[]>>;
  /** What other programs call those variables, by ours: they are read where ours is not there. Default: nothing. */
  readonly otherVariables?: Readonly<Record<string, readonly string[]>>;
}
