import type { Fault } from "./kinds/index.ts";
import { faultDefinitions } from "./kinds/index.ts";

export type { Fault };

export type FaultKind = Fault["kind"];

export const faultKinds: readonly FaultKind[] = faultDefinitions.map(({ kind }) => kind);

/** A fault with its moment and its victim; times are on the site's own elapsed milliseconds. */
export interface FaultEvent {
  readonly atMs: number;
  readonly deviceId: string;
  readonly fault: Fault;
}
