import { invariant } from "../result/index.ts";
import type { Model } from "./define-model.ts";

/** A piece of a model, its offset counted from the model's id register. */
export interface Piece {
  readonly offset: number;
  readonly registers: number;
}

/**
 * Cuts a model into pieces one Modbus read can fetch (at most 125 registers), always between points: half of a
 * 32-bit value read a millisecond earlier than the other is a value that never was. `length` is what the device
 * said in its length register; what it has beyond the points we know is not read.
 */
export function splitReads(model: Model, length: number, registersMax = 125): Piece[] {
  invariant(registersMax >= 64, "a piece holds the longest point");
  const { block } = model;
  const blocks = block === undefined ? 0 : Math.max(0, Math.floor((length + 2 - block.offset) / block.registers));
  const ends = [
    2,
    ...model.points.map(({ offset, type }) => offset + type.registers),
    ...Array.from({ length: blocks }, (_, i) =>
      (block?.points ?? []).map(
        ({ offset, type }) => (block?.offset ?? 0) + i * (block?.registers ?? 0) + offset + type.registers,
      ),
    ).flat(),
  ].filter((end) => end <= length + 2);
  const pieces: Piece[] = [];
  let start = 0;
  let reached = 0;
  for (const end of ends) {
    if (end - start > registersMax) {
      pieces.push({ offset: start, registers: reached - start });
      start = reached;
    }
    reached = end;
  }
  return [...pieces, { offset: start, registers: reached - start }];
}
