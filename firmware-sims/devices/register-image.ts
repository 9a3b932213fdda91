import { invariant } from "@penstock/protocol/result";
import { LivePoints, type Sheet } from "./live-points.ts";
import { absentWord, type Model, type PointRow } from "./models/model.ts";
import { Point } from "./point.ts";

/** Where a SunSpec map begins unless the device is one of those that begin at 50,000 or at 0: the address of "SunS". */
export const baseAddress = 40_000;

/** What a point holds: a constant, a text, or a live source that is asked when somebody reads. SI units, unscaled. */
export type PointValue = number | string | (() => number);

/** Values by model and point, `{ 701: { W: () => unit.powerW, W_SF: 2 } }`. A point not named is unimplemented. */
export type ModelValues = Readonly<Record<number, Readonly<Record<string, PointValue>>>>;

export interface ImageLayout {
  /** Where the chain of models begins; or `plain`: blocks at addresses of their own. */
  readonly base?: number | "plain" | undefined;
  /** By model, values that are reckoned together; its other points are in the {@link ModelValues}. */
  readonly sheets?: Readonly<Record<number, Sheet>> | undefined;
}

/** A stretch of registers somebody reads again and again: a view of them, and the live points that show there. */
interface Stretch {
  readonly words: Uint16Array;
  readonly live: readonly LivePoints[];
}

/**
 * A device's registers: the chain "SunS", models, end marker, laid out from its base address; or, `plain`, blocks at
 * addresses of their own with nothing between them, and zeros where a block names no point. Live points
 * are encoded when they are read and have changed, so a device nobody asks costs nothing.
 */
export class RegisterImage {
  readonly words: Uint16Array;
  readonly base: number;
  /** Where each model's ID register is, in the order of the map. */
  readonly models: readonly { readonly id: number; readonly address: number; readonly length: number }[];
  readonly #points = new Map<string, Point>();
  readonly #pointAt: (Point | undefined)[];
  readonly #live: LivePoints[] = [];
  readonly #stretches = new Map<number, Stretch>();

  readonly #blocks: readonly { readonly start: number; readonly end: number }[];

  constructor(models: readonly Model[], values: ModelValues, { base = baseAddress, sheets = {} }: ImageLayout = {}) {
    const isPlain = base === "plain";
    const first = models[0]?.id ?? 0;
    const last = models.at(-1);
    this.base = isPlain ? first : base;
    const length = isPlain
      ? (last?.id ?? 0) + (last?.length ?? 0) - first
      : models.reduce((sum, model) => sum + model.length + 2, 2) + 2;
    this.words = new Uint16Array(length);
    this.#pointAt = new Array<Point | undefined>(length).fill(undefined);
    if (isPlain) {
      this.#blocks = models.map((block) => ({ start: block.id, end: block.id + block.length }));
      for (const block of models) this.#placeAll(block, block.id - first, values, sheets);
      this.models = [];
    } else {
      this.#blocks = [{ start: base, end: base + length }];
      this.models = this.#chain(models, base, values, sheets);
    }
  }

  /** Whether every register of the range exists. */
  covers(address: number, count: number): boolean {
    const blocks = this.#blocks;
    for (let index = 0; index < blocks.length; index++) {
      const { start, end } = blocks[index] as { start: number; end: number };
      if (address >= start && address + count <= end) return true;
    }
    return false;
  }

  /** Registers as they stand now: the live points among them are encoded first. A view; copy what must last. */
  read(address: number, count: number): Uint16Array {
    const { words, live } = this.#stretchOf(address - this.base, count);
    for (let index = 0; index < live.length; index++) (live[index] as LivePoints).show(this.words);
    return words;
  }

  /** The point whose registers include this address, if it is more than ID and L. */
  pointAt(address: number): Point | undefined {
    return this.#pointAt[address - this.base];
  }

  /** A point by key, `"701.W"`. */
  find(key: string): Point | undefined {
    return this.#points.get(key);
  }

  /** A point that must exist: a wrong key is our own mistake. */
  point(key: string): Point {
    const point = this.#points.get(key);
    invariant(point !== undefined, `no point ${key} in this map`);
    return point;
  }

  /** A held value, unscaled to SI; NaN when it holds the not-implemented value. */
  value(point: Point): number {
    return point.decode(this.words, point.address - this.base);
  }

  /** Puts a value in SI units into a point's registers. */
  set(point: Point, value: number): void {
    point.encode(this.words, point.address - this.base, value);
  }

  /** A point shows value × factor + offset from now on. */
  lie(point: Point, factor: number, offset: number): void {
    point.factor = factor;
    point.offset = offset;
    for (const live of this.#live) live.lie();
  }

  /** Ends every lie. */
  tellTruth(): void {
    for (const live of this.#live) live.tellTruth();
  }

  /** Every register as it was in `words`, a copy of {@link words} taken earlier; live points catch up when read. */
  restore(words: Uint16Array): void {
    this.words.set(words);
    for (const live of this.#live) live.forget();
  }

  setText(point: Point, text: string): void {
    point.encodeText(this.words, point.address - this.base, text);
  }

  #stretchOf(start: number, count: number): Stretch {
    const key = start * 0x1_0000 + count;
    const held = this.#stretches.get(key);
    if (held !== undefined) return held;
    const from = this.base + start;
    const stretch = {
      words: this.words.subarray(start, start + count),
      live: this.#live.filter((live) => live.touches(from, from + count)),
    };
    if (this.#stretches.size < stretchesMax) this.#stretches.set(key, stretch);
    return stretch;
  }

  /** "SunS", every model with its ID and length, and the end marker. */
  #chain(models: readonly Model[], base: number, values: ModelValues, sheets: Readonly<Record<number, Sheet>>) {
    this.words.set([0x5375, 0x6e53]);
    let at = 2;
    const places: { id: number; address: number; length: number }[] = [];
    for (const model of models) {
      places.push({ id: model.id, address: base + at, length: model.length });
      this.words.set([model.id, model.length], at);
      this.#placeAll(model, at, values, sheets);
      at += model.length + 2;
    }
    this.words.set([0xffff, 0], at);
    return places;
  }

  #placeAll(model: Model, at: number, values: ModelValues, sheets: Readonly<Record<number, Sheet>>): void {
    const named = values[model.id] ?? {};
    const sheet = sheets[model.id];
    const together = sheet?.names.map((name) => (typeof name === "string" ? [name] : name)) ?? [];
    const reckoned = new Set(together.flat());
    for (const row of model.points) this.#place(model, at, row, named, reckoned.has(row[1]));
    for (const name of [...Object.keys(named), ...reckoned]) this.point(`${model.id}.${name}`);
    const pointOf = (name: string) => this.point(`${model.id}.${name}`);
    if (sheet !== undefined)
      this.#live.push(
        new LivePoints(
          together.map((names) => names.map(pointOf)),
          sheet.fill,
          this.base,
        ),
      );
    this.#listen(named, pointOf);
  }

  /** Sources that several points share are asked once. */
  #listen(named: Readonly<Record<string, PointValue>>, pointOf: (name: string) => Point): void {
    const bySource = new Map<() => number, Point[]>();
    for (const [name, value] of Object.entries(named)) {
      if (typeof value !== "function") continue;
      const points = bySource.get(value);
      if (points === undefined) bySource.set(value, [pointOf(name)]);
      else points.push(pointOf(name));
    }
    if (bySource.size === 0) return;
    const asks = [...bySource.keys()];
    const fill = (into: Float64Array) => {
      for (let index = 0; index < asks.length; index++) into[index] = (asks[index] as () => number)();
    };
    this.#live.push(new LivePoints([...bySource.values()], fill, this.base));
  }

  #place(
    model: Model,
    at: number,
    [offset, name, type, scaleName]: PointRow,
    values: Readonly<Record<string, PointValue>>,
    isReckoned: boolean,
  ): void {
    const value = values[name];
    const exponent = scaleName === undefined ? 0 : values[scaleName];
    const isLive = isReckoned || typeof value === "function";
    // A value under an unimplemented scale factor would be read as unimplemented too.
    invariant(
      (value === undefined && !isLive) || typeof exponent === "number",
      `${model.id}.${name} needs ${scaleName}`,
    );
    const scale = typeof exponent === "number" ? 10 ** exponent : 1;
    const point = new Point(`${model.id}.${name}`, this.base + at + offset, type, scale, isLive);
    this.#points.set(point.key, point);
    for (let word = 0; word < point.registers; word++) {
      this.#pointAt[at + offset + word] = point;
      this.words[at + offset + word] = absentWord(type, word);
    }
    if (typeof value === "string") point.encodeText(this.words, at + offset, value);
    else if (typeof value === "number") point.encode(this.words, at + offset, value);
  }
}

/** A controller reads the same few stretches for ever; one that reads at random is answered without keeping its. */
const stretchesMax = 256;

/** The smallest scale factor, not below `finest`, with which `max` fits into `rawMax`. */
export function scaleFactorFor(max: number, rawMax: number, finest = 0): number {
  let exponent = finest;
  while (max / 10 ** exponent > rawMax) exponent++;
  return exponent;
}
