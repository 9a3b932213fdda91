import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { type DecodedModel, decodeModel, modelById, splitReads } from "@penstock/protocol/sunspec";
import type { DeviceMap } from "../devices/driver.ts";

/** Registers of one device, however it is reached. */
export type ReadRegisters = (address: number, count: number) => Promise<Result<readonly number[], CodedError>>;

/**
 * Reads and decodes every model of a device that we know, or only one. Errors: those of the reading,
 * `sunspec.wrong-model`, `sunspec.short-image`, each with `model`.
 */
export async function readModels(
  map: DeviceMap,
  read: ReadRegisters,
  only: number | null = null,
): Promise<Result<readonly DecodedModel[], CodedError>> {
  const decoded: DecodedModel[] = [];
  for (const { id, address, length } of map.models) {
    const model = modelById(id);
    if (model === undefined || (only !== null && id !== only)) continue;
    const image = new Uint16Array(length + 2);
    for (const { offset, registers } of splitReads(model, length)) {
      const part = await read(address + offset, registers);
      if (!part.ok) return fail({ ...part.error, model: id });
      image.set(part.value, offset);
    }
    const result = decodeModel(model, image);
    if (!result.ok) return fail({ ...result.error, model: id });
    decoded.push(result.value);
  }
  return ok(decoded);
}
