export interface Suite {
  readonly name: string;
  readonly text: string;
  run(wish: SuiteWish): Promise<SuiteResult>;
}

export interface SuiteWish {
  readonly count: number;
  readonly seed: string;
  readonly progress: (text: string) => void;
}

export interface SuiteResult {
  /** One sentence each; empty when all is well. */
  readonly failures: readonly string[];
  readonly [figure: string]: unknown;
}
