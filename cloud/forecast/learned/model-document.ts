import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { z } from "zod";
import { type FeatureName, featureNames } from "./interval-features.ts";

const probability = z.number().gt(0).lt(1);

/**
 * What a learned model takes and gives, for whoever serves it. It is asked once a forecast: a table of `inputs`, one row
 * an interval ahead, one column a feature; it answers with a table of `quantiles`, one column a probability, prices in
 * money per MWh.
 */
export const modelDocument = z.strictObject({
  version: z.literal(1),
  /** A line for people: what it is and where it was made. */
  text: z.string().min(1).max(500),
  intervalMinutes: z.int().min(1).max(1440),
  /** Features by name, in the order of the columns. */
  inputs: z
    .array(z.enum(featureNames as [FeatureName, ...FeatureName[]], `an input is one of ${featureNames.join(", ")}`))
    .min(1),
  quantiles: z
    .array(probability)
    .min(1)
    .refine((list) => list.every((p, index) => index === 0 || p > (list[index - 1] as number)), "must ascend")
    .refine((list) => list.includes(0.5), "must have the median, 0.5"),
  /** Names of the tensors, where it is an ONNX model. */
  tensors: z.strictObject({ input: z.string().min(1), output: z.string().min(1) }).optional(),
  /** First day it learned from and the day after the last, on the calendar of its prices. */
  learnedFrom: z.iso.date().optional(),
  learnedTo: z.iso.date().optional(),
});

export type ModelDocument = z.output<typeof modelDocument>;

/** Refused with `model.bad-document` and a line for each thing that is wrong, by its place. */
export function readModelDocument(document: unknown): Result<ModelDocument, CodedError> {
  const read = modelDocument.safeParse(document);
  if (read.success) return ok(read.data);
  const wrong = read.error.issues.map(({ path, message }) => `${path.map(String).join(".") || "document"}: ${message}`);
  return fail({ code: "model.bad-document", wrong });
}
