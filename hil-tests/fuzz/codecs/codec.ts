import type { Rng } from "@penstock/protocol/rng";

/** One codec under fire: makes a good frame, spoils it, and judges what the codec made of it. */
export interface CodecUnderTest {
  readonly name: string;
  /** How many frames of each one asked for: 1, or less where one frame costs a thousand times another. */
  readonly share: number;
  /** Tries one frame a call. Throws, frame and all, when the codec crashed, hung or took a wrong value. */
  begin(rng: Rng): () => "taken" | "refused";
}

export function expectThat(isSo: boolean, otherwise: string, frame: Uint8Array | string): asserts isSo {
  if (!isSo) throw new Error(`${otherwise}: ${typeof frame === "string" ? frame : Buffer.from(frame).toString("hex")}`);
}
