/** Whether a text ends with the end of a line, or of a quoted field: else it may have been cut on its way. */
export function isEnded(text: string): boolean {
  return /(^|[\r\n"])\s*$/.test(text.slice(-64));
}
