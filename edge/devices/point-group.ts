import { invariant } from "@penstock/protocol/result";
import { compilePoints, findPoint, type Model } from "@penstock/protocol/sunspec";
import { Ms } from "@penstock/protocol/units";
import { type Block, type DeviceMap, findModel, type ReadPlan } from "./driver.ts";
import { sunspecModel as modelNamed } from "./sunspec-model.ts";

/**
 * Points of one SunSpec model that are read in one request, together with the scale factors that scale them and the
 * model's head.
 */
export interface PointGroup<Field extends string> {
  readonly modelId: number;
  /** What to read of this device; a count of 0 where it lacks the model, or has it too short. */
  plan(map: DeviceMap): ReadPlan;
  /**
   * Scaled, in the model's units; NaN for what is unimplemented or was never read. A block has one group. Good until
   * the block is read again.
   */
  decode(block: Block): Readonly<Record<Field, number>>;
}

/**
 * Names the points a driver wants, `{ powerW: "W" }`; what must be read follows from the model. A scale factor
 * comes home with its value, so a device that changes one never makes a number mean something else.
 */
export function pointGroup<Field extends string>(
  model: Model,
  points: Readonly<Record<Field, string>>,
  everyMs: Ms,
): PointGroup<Field> {
  const names = Object.values<string>(points);
  const fields = Object.keys(points) as Field[];
  const spans = names.flatMap((name) => spansOf(model, name));
  // The model's own head comes along: whoever finds another there reads nothing else into what follows it.
  const count = Math.max(...spans.map((span) => span.to));
  invariant(count <= 125, `the points of model ${model.id} do not fit in one read`);
  const decoder = compilePoints(model, names);
  const Decoded = decodedClass(fields);
  const absent = new Decoded();
  return {
    modelId: model.id,
    plan(map) {
      const found = findModel(map, model.id);
      const isThere = found !== undefined && count <= found.length + 2;
      if (!isThere) return { address: 0, count: 0, everyMs };
      const { id, length, address } = found;
      return { address, count, everyMs, belongs: (registers) => registers[0] === id && registers[1] === length };
    },
    decode(block) {
      // Slow blocks stand still for ten cycles, and a fast one is looked at by image, writer and read-back.
      if (block.isDecoded === true) return block.decoded as Readonly<Record<Field, number>>;
      if (block === NO_BLOCK) return absent;
      const decoded = block.decoded instanceof Decoded ? block.decoded : new Decoded();
      decoder(block.registers, 0, decoded.values);
      block.decoded = decoded;
      block.isDecoded = true;
      return decoded;
    },
  };
}

/**
 * Named values over one array that is filled again and again: a hundred fields a cycle are decoded without making an
 * object of any. Whoever is handed one looks at once; the next reading changes it.
 */
function decodedClass<Field extends string>(fields: readonly Field[]) {
  class Decoded {
    readonly values = new Float64Array(fields.length).fill(Number.NaN);
  }
  fields.forEach((field, index) => {
    Object.defineProperty(Decoded.prototype, field, {
      get(this: Decoded) {
        return this.values[index];
      },
    });
  });
  return Decoded as new () => Decoded & Readonly<Record<Field, number>>;
}

/** A group of which at most one model is there: which, and at what place. */
export interface PointLayouts<Field extends string> {
  /** One plan a layout, of which one reads; undefined where the device has none of them. */
  plans(map: DeviceMap): readonly ReadPlan[] | undefined;
  /** The layout that was read and its block, among the blocks of {@link plans}. */
  read(blocks: readonly Block[]): {
    readonly modelId: number;
    readonly group: PointGroup<Field>;
    readonly block: Block;
  };
}

/** The same points under the ids of several models, the best first. */
export function pointLayouts<Field extends string>(
  modelIds: readonly [number, ...number[]],
  points: Readonly<Record<Field, string>>,
  everyMs: Ms,
): PointLayouts<Field> {
  const groups = modelIds.map((id) => pointGroup(modelNamed(id), points, everyMs));
  return {
    plans(map) {
      const plans = groups.map((group) => group.plan(map));
      const first = plans.findIndex(({ count }) => count > 0);
      return first < 0 ? undefined : plans.map((plan, at) => (at === first ? plan : { address: 0, count: 0, everyMs }));
    },
    read(blocks) {
      const at = Math.max(
        0,
        groups.findIndex((_, index) => (blocks[index]?.registers.length ?? 0) > 0),
      );
      const group = groups[at];
      invariant(group !== undefined, "there is a first layout");
      return { modelId: group.modelId, group, block: blocks[at] ?? NO_BLOCK };
    },
  };
}

/** A block that was not read, for readings of a model the device lacks. */
export const NO_BLOCK: Block = { registers: new Uint16Array(0), readAtMs: Number.NaN, everyMs: Ms(0) };

function spansOf(model: Model, name: string): readonly { readonly from: number; readonly to: number }[] {
  const point = findPoint(model, name);
  invariant(point !== undefined, `model ${model.id} has no point ${name}`);
  const scale = typeof point.scale === "string" ? spansOf(model, point.scale) : [];
  return [{ from: point.offset, to: point.offset + point.type.registers }, ...scale];
}
