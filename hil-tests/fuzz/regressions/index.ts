/** Worlds that once found something, and what it was. They are run again for ever. */
export const regressions: readonly { readonly seed: number; readonly found: string }[] = [];
