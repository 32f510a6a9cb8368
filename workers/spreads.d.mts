/** A plugin of Rolldown. */
export const spreads: {
  readonly name: string;
  renderChunk(this: { parse(code: string): unknown }, code: string): { readonly code: string };
};
