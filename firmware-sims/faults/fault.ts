/**
 * One way for a device to misbehave. `durationMs` ends it by itself; without it the fault stays until cleared.
 * A rebooting device always comes back.
 */
export type Fault =
  /** No answer at all. */
  | { readonly kind: "silent"; readonly durationMs?: number }
  /** Right answers, `delayMs` late. */
  | { readonly kind: "slow"; readonly delayMs: number; readonly durationMs?: number }
  /** Registers keep the values of the moment it froze, heartbeats too. Writes still work. */
  | { readonly kind: "frozen"; readonly durationMs?: number }
  /** A point shows value × factor + offset, in SI units. `point` is model and name: `"213.W"`. */
  | {
      readonly kind: "lying";
      readonly point: string;
      readonly factor?: number;
      readonly offset?: number;
      readonly durationMs?: number;
    }
  /** Restarts: no answer for `durationMs`, set-points lost, then back at its safe value. */
  | { readonly kind: "rebooting"; readonly durationMs: number }
  /** Reads work; every write is answered with this exception. */
  | { readonly kind: "refusing"; readonly exception: 4 | 6; readonly durationMs?: number }
  /** Writes are answered as done and not applied. */
  | { readonly kind: "forgetting"; readonly durationMs?: number }
  /** The gateway answers, the meter behind it does not: every read is exception 11. */
  | { readonly kind: "meter-stale"; readonly durationMs?: number };

export type FaultKind = Fault["kind"];

export const faultKinds: readonly FaultKind[] = [
  "silent",
  "slow",
  "frozen",
  "lying",
  "rebooting",
  "refusing",
  "forgetting",
  "meter-stale",
];

/** A fault with its moment and its victim; times are on the site's own elapsed milliseconds. */
export interface FaultEvent {
  readonly atMs: number;
  readonly deviceId: string;
  readonly fault: Fault;
}
