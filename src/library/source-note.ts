/** Something to know of a source before it is asked. */
export interface SourceNote {
  /**
   * A `warning` may be why nothing is done, such as a quota whose record cannot be read; a `note` is of a file that is not
   * read.
   */
  readonly kind: 'note' | 'warning';
  /** One line. */
  readonly text: string;
}
