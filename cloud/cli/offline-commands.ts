/** A command that works on files, without an aggregator; it brings its own options and is only loaded when it is typed. */
export interface OfflineCommand {
  readonly text: string;
  readonly load: () => Promise<(argv: readonly string[]) => Promise<number>>;
}

/** Adding one is one entry and one file. */
export const offlineCommands: Readonly<Record<string, OfflineCommand>> = {
  backtest: {
    text: "try a strategy on recorded prices, against perfect foresight (works on files)",
    load: async () => (await import("./backtest.ts")).backtestCommand,
  },
  lab: {
    text: "what the fleet remembers as Parquet files: export, list, query with SQL (works on files)",
    load: async () => (await import("./lab.ts")).labCommand,
  },
  models: {
    text: "forecasters that were judged: list, train, promote (works on files)",
    load: async () => (await import("./models.ts")).modelsCommand,
  },
  prices: {
    text: "read system operators' public price files, report gaps and duplicates (works on files)",
    load: async () => (await import("./prices.ts")).pricesCommand,
  },
  rules: {
    text: "what a market's rules say on a date, and what changed between two (works without an aggregator)",
    load: async () => (await import("./rules.ts")).rulesCommand,
  },
};
