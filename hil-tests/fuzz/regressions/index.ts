/** Worlds that once found something, and what it was. They are run again for ever. */
export const regressions: readonly { readonly seed: number; readonly found: string }[] = [
  {
    seed: 100002,
    found: "a loop of one second ran behind a drifting load and kept it two cycles over the grid operator's limit",
  },
];
