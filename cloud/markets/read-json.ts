import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { z } from "zod";

/**
 * A JSON file of a known shape. Refused with `CODE-json` when it is no JSON and with `CODE-shape` when it is another
 * shape: the error names the first place that is wrong.
 */
export function readJson<T>(text: string, shape: z.ZodType<T>, code: string): Result<T, CodedError> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return fail({ code: `${code}-json`, message: error instanceof Error ? error.message : String(error) });
  }
  return readShape(json, shape, code);
}

/** What was read already, of a known shape; refused with `CODE-shape`. */
export function readShape<T>(value: unknown, shape: z.ZodType<T>, code: string): Result<T, CodedError> {
  const parsed = shape.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  return fail({ code: `${code}-shape`, where: issue?.path.join(".") ?? "", message: issue?.message ?? "" });
}
