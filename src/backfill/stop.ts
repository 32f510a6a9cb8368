/** Why a run ended before its plan did. */
export type StopReason =
  | 'interrupted'
  | 'drained' // somebody took its tasks out of the queue
  | 'quota-exhausted'
  | 'provider-down'
  | 'unreachable' // nothing got through to the provider from here: no network, no such host
  | 'refused' // the provider does not accept the key
  | 'store-failed' // the disk is full, say
  | 'failed';

/** Why nothing more of a run is asked for. */
export interface Stop {
  readonly reason: StopReason;
  readonly message: string;
  /** The provider is open to nobody here, or to no such key: it is no fault of the moment. Default: it is something else. */
  readonly isClosed?: true;
}
