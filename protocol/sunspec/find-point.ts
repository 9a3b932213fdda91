import type { Model, Point } from "./define-model.ts";

/** A point by name, at its offset from the model's id register; `Prt[1].DCW` is in the second block. */
export function findPoint(model: Model, name: string): Point | undefined {
  const inBlock = /^(\w+)\[(\d+)\]\.(.+)$/.exec(name);
  if (inBlock === null) return indexOf(model).get(name);
  const [, blockName, index, pointName] = inBlock;
  const { block } = model;
  if (block === undefined || block.name !== blockName) return undefined;
  const point = block.points.find((candidate) => candidate.name === pointName);
  return point && { ...point, name, offset: block.offset + Number(index) * block.registers + point.offset };
}

const indexes = new WeakMap<Model, ReadonlyMap<string, Point>>();

function indexOf(model: Model): ReadonlyMap<string, Point> {
  let index = indexes.get(model);
  if (index === undefined) {
    index = new Map(model.points.map((point) => [point.name, point]));
    indexes.set(model, index);
  }
  return index;
}
