import { invariant } from "@penstock/protocol/result";
import { type Model, modelById } from "@penstock/protocol/sunspec";

/** A model that a driver is written for, and that therefore exists. */
export function sunspecModel(id: number): Model {
  const found = modelById(id);
  invariant(found !== undefined, `there is no SunSpec model ${id}`);
  return found;
}
