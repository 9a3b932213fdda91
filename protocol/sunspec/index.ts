import type { Model } from "./define-model.ts";
import { models } from "./models/index.ts";

export { compilePoints, type DecodeOptions, type PointsDecoder } from "./compile-points.ts";
export { type DecodedModel, type DecodeError, decodeModel, type PointValue } from "./decode-model.ts";
export { type Block, defineModel, type Model, type Point } from "./define-model.ts";
export {
  type Discovery,
  type DiscoveryError,
  discover,
  type FoundModel,
  type ReadAnswer,
  type ReadRequest,
} from "./discover.ts";
export { blankModel, type EncodeError, encodePoint, type ScaleFactors } from "./encode-point.ts";
export { findPoint } from "./find-point.ts";
export { models } from "./models/index.ts";
export { type Piece, splitReads } from "./split-reads.ts";

/** The model of a SunSpec id; undefined for one we do not know, which is skipped by its length. */
export function modelById(id: number): Model | undefined {
  return models.get(id);
}
