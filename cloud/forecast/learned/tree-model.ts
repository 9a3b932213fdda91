import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { z } from "zod";
import { type BoostedTrees, isSound } from "../trees/boosted-trees.ts";
import { PackedTrees } from "../trees/packed-trees.ts";
import type { ModelDocument } from "./model-document.ts";
import type { QuantileModel } from "./quantile-forecaster.ts";

/** Learned trees as they are kept: one sum of trees a quantile, of what the price is above the blend of recent days. */
export interface TreeArtifact {
  readonly version: 1;
  /** Money per MWh that counts as one: differences are learned as asinh(difference / spread), which tames spikes. */
  readonly spread: number;
  /** In the order of the document's quantiles. */
  readonly quantiles: readonly BoostedTrees[];
}

export const squeeze = (difference: number, spread: number): number => Math.asinh(difference / spread);
export const stretch = (squeezed: number, spread: number): number => spread * Math.sinh(squeezed);

const numbers = z.array(z.number());
const artifact = z.strictObject({
  version: z.literal(1),
  spread: z.number().positive(),
  quantiles: z.array(
    z.strictObject({
      features: z.int().positive(),
      base: z.number(),
      trees: z.array(
        z.strictObject({ feature: numbers, threshold: numbers, left: numbers, right: numbers, value: numbers }),
      ),
    }),
  ),
});

/** Refused with `model.broken` when the bytes are no trees, or not the document's. */
export function openTreeModel(document: ModelDocument, bytes: Uint8Array): Result<QuantileModel, CodedError> {
  const read = readArtifact(bytes);
  if (read === undefined) return fail({ code: "model.broken", reason: "these are no trees" });
  const { inputs, quantiles } = document;
  const column = inputs.indexOf("blend");
  const isOfDocument =
    column >= 0 &&
    read.quantiles.length === quantiles.length &&
    read.quantiles.every((trees) => trees.features === inputs.length && isSound(trees));
  if (!isOfDocument) return fail({ code: "model.broken", reason: "the trees are not those of the document" });
  const packed = read.quantiles.map((trees) => new PackedTrees(trees));
  return ok((rows, horizon) => {
    const said = new Float64Array(horizon * quantiles.length);
    const width = quantiles.length;
    for (const [index, trees] of packed.entries()) trees.predictAll(rows, horizon, said, index, width);
    for (let row = 0, at = 0; row < horizon; row++) {
      const expected = rows[row * inputs.length + column] as number;
      for (const end = at + width; at < end; at++) said[at] = expected + stretch(said[at] as number, read.spread);
    }
    return ok(said);
  });
}

function readArtifact(bytes: Uint8Array): TreeArtifact | undefined {
  try {
    const read = artifact.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}
