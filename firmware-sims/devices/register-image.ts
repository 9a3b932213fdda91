import { invariant } from "@penstock/protocol/result";
import { absentWord, type Model, type PointRow, type PointType, registersOf } from "./models/model.ts";

/** Where a SunSpec map begins unless the device is one of those that begin at 50,000 or at 0: the address of "SunS". */
export const baseAddress = 40_000;

/** What a point holds: a constant, a text, or a live source that is asked when somebody reads. SI units, unscaled. */
export type PointValue = number | string | (() => number);

/** Values by model and point, `{ 701: { W: () => unit.powerW, W_SF: 2 } }`. A point not named is unimplemented. */
export type ModelValues = Readonly<Record<number, Readonly<Record<string, PointValue>>>>;

/** A point with its place in this map. `factor` and `offset` are 1 and 0 unless somebody makes the point lie. */
export interface Point {
  readonly key: string;
  readonly address: number;
  readonly registers: number;
  readonly type: PointType;
  /** 10 to the scale factor. */
  readonly scale: number;
  readonly source: (() => number) | undefined;
  factor: number;
  offset: number;
}

/** One live source and the points that show it. */
interface LiveSource {
  readonly ask: () => number;
  readonly points: Point[];
}

/** A stretch of registers somebody reads again and again: a view of them and the sources that show there, by number. */
interface Stretch {
  readonly words: Uint16Array;
  readonly sources: Uint16Array;
  readonly asks: readonly (() => number)[];
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
  readonly #live: LiveSource[] = [];
  /** What each live source showed last: it need not be encoded again. */
  readonly #shown: Float64Array;
  readonly #stretches = new Map<number, Stretch>();

  readonly #blocks: readonly { readonly start: number; readonly end: number }[];

  constructor(models: readonly Model[], values: ModelValues, layout: number | "plain" = baseAddress) {
    const isPlain = layout === "plain";
    const first = models[0]?.id ?? 0;
    const last = models.at(-1);
    this.base = isPlain ? first : layout;
    const length = isPlain
      ? (last?.id ?? 0) + (last?.length ?? 0) - first
      : models.reduce((sum, model) => sum + model.length + 2, 2) + 2;
    this.words = new Uint16Array(length);
    this.#pointAt = new Array<Point | undefined>(length).fill(undefined);
    if (isPlain) {
      this.#blocks = models.map((block) => ({ start: block.id, end: block.id + block.length }));
      for (const block of models) this.#placeAll(block, block.id - first, values);
      this.models = [];
    } else {
      this.#blocks = [{ start: layout, end: layout + length }];
      this.models = this.#chain(models, layout, values);
    }
    this.#shown = new Float64Array(this.#live.length).fill(Number.NaN);
  }

  /** Whether every register of the range exists. */
  covers(address: number, count: number): boolean {
    for (const { start, end } of this.#blocks) if (address >= start && address + count <= end) return true;
    return false;
  }

  /** Registers as they stand now: the live points among them are encoded first. A view; copy what must last. */
  read(address: number, count: number): Uint16Array {
    const { words, sources, asks } = this.#stretchOf(address - this.base, count);
    const shown = this.#shown;
    for (let i = 0; i < asks.length; i++) {
      const value = (asks[i] as () => number)();
      const source = sources[i] as number;
      if (value === shown[source]) continue;
      shown[source] = value;
      this.#show(source, value);
    }
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
    return decode(this.words, point.address - this.base, point);
  }

  /** Puts a value in SI units into a point's registers. */
  set(point: Point, value: number): void {
    encode(this.words, point.address - this.base, point, value);
  }

  /** A point shows value × factor + offset from now on. */
  lie(point: Point, factor: number, offset: number): void {
    point.factor = factor;
    point.offset = offset;
    this.#showAgain();
  }

  /** Ends every lie. */
  tellTruth(): void {
    for (const { points } of this.#live) {
      for (const point of points) {
        point.factor = 1;
        point.offset = 0;
      }
    }
    this.#showAgain();
  }

  /** Every register as it was in `words`, a copy of {@link words} taken earlier; live points catch up when read. */
  restore(words: Uint16Array): void {
    this.words.set(words);
    this.#showAgain();
  }

  setText(point: Point, text: string): void {
    encodeText(this.words, point.address - this.base, point.registers, text);
  }

  #showAgain(): void {
    this.#shown.fill(Number.NaN);
  }

  #show(source: number, value: number): void {
    const points = this.#live[source]?.points ?? [];
    for (let i = 0; i < points.length; i++) {
      const point = points[i] as Point;
      encode(this.words, point.address - this.base, point, value * point.factor + point.offset);
    }
  }

  #stretchOf(start: number, count: number): Stretch {
    const key = start * 0x1_0000 + count;
    const held = this.#stretches.get(key);
    if (held !== undefined) return held;
    const shows = ({ address, registers }: Point) =>
      address - this.base < start + count && address - this.base + registers > start;
    const sources = this.#live.flatMap(({ points }, index) => (points.some(shows) ? [index] : []));
    const stretch = {
      words: this.words.subarray(start, start + count),
      sources: Uint16Array.from(sources),
      asks: sources.map((index) => (this.#live[index] as LiveSource).ask),
    };
    if (this.#stretches.size < stretchesMax) this.#stretches.set(key, stretch);
    return stretch;
  }

  #listen(ask: () => number, point: Point): void {
    const source = this.#live.find((one) => one.ask === ask);
    if (source !== undefined) source.points.push(point);
    else this.#live.push({ ask, points: [point] });
  }

  /** "SunS", every model with its ID and length, and the end marker. */
  #chain(models: readonly Model[], base: number, values: ModelValues) {
    this.words.set([0x5375, 0x6e53]);
    let at = 2;
    const places: { id: number; address: number; length: number }[] = [];
    for (const model of models) {
      places.push({ id: model.id, address: base + at, length: model.length });
      this.words.set([model.id, model.length], at);
      this.#placeAll(model, at, values);
      at += model.length + 2;
    }
    this.words.set([0xffff, 0], at);
    return places;
  }

  #placeAll(model: Model, at: number, values: ModelValues): void {
    const named = values[model.id] ?? {};
    for (const row of model.points) this.#place(model, at, row, named);
    checkNames(model, named);
  }

  #place(model: Model, at: number, row: PointRow, values: Readonly<Record<string, PointValue>>): void {
    const [offset, name, type, scaleName] = row;
    const value = values[name];
    const exponent = scaleName === undefined ? 0 : values[scaleName];
    // A value under an unimplemented scale factor would be read as unimplemented too.
    invariant(value === undefined || typeof exponent === "number", `${model.id}.${name} needs ${scaleName}`);
    const point: Point = {
      key: `${model.id}.${name}`,
      address: this.base + at + offset,
      registers: registersOf[type],
      type,
      scale: typeof exponent === "number" ? 10 ** exponent : 1,
      source: typeof value === "function" ? value : undefined,
      factor: 1,
      offset: 0,
    };
    this.#points.set(point.key, point);
    for (let word = 0; word < point.registers; word++) {
      this.#pointAt[at + offset + word] = point;
      this.words[at + offset + word] = absentWord(type, word);
    }
    if (typeof value === "function") this.#listen(value, point);
    else if (typeof value === "string") encodeText(this.words, at + offset, point.registers, value);
    else if (value !== undefined) encode(this.words, at + offset, point, value);
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

/** Reads a point out of registers that start at `at`; NaN when they hold the not-implemented value. */
export function decode(words: Uint16Array, at: number, point: Point): number {
  let absent = true;
  for (let word = 0; word < point.registers; word++) {
    if (words[at + word] !== absentWord(point.type, word)) absent = false;
  }
  if (absent) return Number.NaN;
  const first = words[at] ?? 0;
  switch (point.type) {
    case "int16":
    case "sunssf":
      return ((first << 16) >> 16) * point.scale;
    case "int32":
      return ((first << 16) | (words[at + 1] ?? 0)) * point.scale;
    case "uint32":
    case "acc32":
    case "bitfield32":
      return (first * 65_536 + (words[at + 1] ?? 0)) * point.scale;
    case "uint64":
    case "acc64": {
      const high = first * 65_536 + (words[at + 1] ?? 0);
      const low = (words[at + 2] ?? 0) * 65_536 + (words[at + 3] ?? 0);
      return (high * 4_294_967_296 + low) * point.scale;
    }
    case "float32":
      bitsOf[0] = (first << 16) | (words[at + 1] ?? 0);
      return floatOf[0] ?? Number.NaN;
    default:
      return first * point.scale;
  }
}

function checkNames(model: Model, values: Readonly<Record<string, PointValue>>): void {
  for (const name of Object.keys(values)) {
    invariant(
      model.points.some((row) => row[1] === name),
      `model ${model.id} has no point ${name}`,
    );
  }
}

/** NaN encodes as not implemented; a value that does not fit stops at the last one that does. */
function encode(words: Uint16Array, at: number, point: Point, value: number): void {
  if (Number.isNaN(value)) {
    for (let word = 0; word < point.registers; word++) words[at + word] = absentWord(point.type, word);
    return;
  }
  switch (point.type) {
    case "int16":
    case "sunssf":
      words[at] = within(Math.round(value / point.scale), -0x7fff, 0x7fff);
      return;
    case "uint16":
      words[at] = within(Math.round(value / point.scale), 0, 0xfffe);
      return;
    case "enum16":
    case "bitfield16":
    case "pad":
      words[at] = value;
      return;
    case "int32": {
      const raw = within(Math.round(value / point.scale), -0x7fffffff, 0x7fffffff);
      words[at] = raw >> 16;
      words[at + 1] = raw;
      return;
    }
    case "uint32":
    case "bitfield32": {
      const raw = within(Math.round(value / point.scale), 0, 0xfffffffe);
      words[at] = raw >>> 16;
      words[at + 1] = raw;
      return;
    }
    case "acc32": {
      // Wraps, as an accumulator does; 0 would read as not accumulated.
      const raw = Math.round(value / point.scale) % 0x1_0000_0000;
      words[at] = raw >>> 16;
      words[at + 1] = raw;
      return;
    }
    case "uint64":
    case "acc64": {
      const raw = within(Math.round(value / point.scale), 0, Number.MAX_SAFE_INTEGER);
      const high = Math.floor(raw / 4_294_967_296);
      const low = raw - high * 4_294_967_296;
      words[at] = high >>> 16;
      words[at + 1] = high;
      words[at + 2] = low >>> 16;
      words[at + 3] = low;
      return;
    }
    case "float32":
      floatOf[0] = value;
      words[at] = (bitsOf[0] ?? 0) >>> 16;
      words[at + 1] = bitsOf[0] ?? 0;
      return;
    case "string4":
    case "string8":
    case "string16":
    case "string32":
      invariant(false, `${point.key} is a text`);
  }
}

/** One float and its bits: the same memory seen twice. */
const floatOf = new Float32Array(1);
const bitsOf = new Uint32Array(floatOf.buffer);

const within = (raw: number, min: number, max: number): number => (raw < min ? min : raw > max ? max : raw);

function encodeText(words: Uint16Array, at: number, registers: number, text: string): void {
  const bytes = new TextEncoder().encode(text).subarray(0, 2 * registers);
  for (let word = 0; word < registers; word++) {
    words[at + word] = ((bytes[2 * word] ?? 0) << 8) | (bytes[2 * word + 1] ?? 0);
  }
}
