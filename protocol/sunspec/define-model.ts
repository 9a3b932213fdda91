import { invariant } from "../result/index.ts";
import { type RegisterType, registerType } from "./register-type.ts";

/** A SunSpec information model as data. Offsets count from the register that holds the model's id. */
export interface Model {
  readonly id: number;
  /** Registers after id and length, without repeating blocks: what the length register says at least. */
  readonly length: number;
  readonly points: readonly Point[];
  readonly block?: Block;
}

export interface Point {
  /** Points of a synchronised group carry its name: `PFWInj.PF`. */
  readonly name: string;
  readonly offset: number;
  readonly typeName: string;
  readonly type: RegisterType;
  /** The point that holds the power of ten, or the power itself. */
  readonly scale?: string | number;
  /** As the model says it: W, Wh, Pct (per cent), Hz, Secs, C. */
  readonly unit?: string;
  readonly writable: boolean;
}

/** A block that repeats at the end of a model. Its points are called `Prt[0].DCW`; offsets count from its start. */
export interface Block {
  readonly name: string;
  readonly countPoint: string;
  /** Where the first one begins, from the model's id register. */
  readonly offset: number;
  readonly registers: number;
  readonly points: readonly Point[];
}

/**
 * Makes a model from a table: a row a point, in the columns `at point type scale unit access`, with `-` for
 * none. The rows must follow each other without gap or overlap, and every scale must be in the model.
 */
export function defineModel(
  id: number,
  table: string,
  block?: { readonly name: string; readonly countPoint: string; readonly table: string },
): Model {
  const points = parseTable(id, table, 2);
  const end = endOf(points, 2);
  const scales = new Set(points.filter(({ typeName }) => typeName === "sunssf").map(({ name }) => name));
  const blockPoints = block === undefined ? [] : parseTable(id, block.table, 0);
  for (const { name, scale } of [...points, ...blockPoints]) {
    invariant(typeof scale !== "string" || scales.has(scale), `model ${id} has no scale factor ${scale} for ${name}`);
  }
  if (block === undefined) return { id, length: end - 2, points };
  const { name, countPoint } = block;
  const registers = endOf(blockPoints, 0);
  return { id, length: end - 2, points, block: { name, countPoint, offset: end, registers, points: blockPoints } };
}

function parseTable(id: number, table: string, firstOffset: number): Point[] {
  const [head, ...rows] = table.trim().split("\n");
  invariant(head?.trim().split(/\s+/).join(" ") === "at point type scale unit access", `model ${id} has its columns`);
  let expected = firstOffset;
  return rows.map((row) => {
    const [at = "", name = "", typeName = "", scale = "", unit = "", access = "", ...more] = row.trim().split(/\s+/);
    const type = registerType(typeName);
    invariant(type !== undefined && more.length === 0 && /^rw?$/.test(access), `model ${id} cannot have row: ${row}`);
    invariant(Number(at) === expected, `model ${id} has ${name} at ${at}, but the row before ends at ${expected}`);
    expected += type.registers;
    return {
      name,
      offset: Number(at),
      typeName,
      type,
      ...(scale !== "-" && { scale: /^-?\d+$/.test(scale) ? Number(scale) : scale }),
      ...(unit !== "-" && { unit }),
      writable: access === "rw",
    };
  });
}

function endOf(points: readonly Point[], whenEmpty: number): number {
  const last = points.at(-1);
  return last === undefined ? whenEmpty : last.offset + last.type.registers;
}
