/** The latches as the status report carries them; an open end is null. */
export interface Latched {
  readonly stop?: { readonly by: string; readonly reason: string };
  readonly localLimitW?: Bounds & { readonly by: string; readonly reason: string };
  readonly gridOperatorLimitW?: Bounds;
  readonly mode: string;
  readonly manualPowerW: number;
}

export interface Bounds {
  readonly powerWMin: number | null;
  readonly powerWMax: number | null;
}

/** The report types them as unknown because they are the store's own form. */
export const latchedOf = (latches: unknown): Latched => latches as Latched;
