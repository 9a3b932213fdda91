import type { ByteWriter } from "./byte-stream.ts";
import { isContainer, isSameShape, Tag, TICKS_PER_UNIT, type Tree, zigzag } from "./tree-format.ts";

/**
 * Writes plain data as what has changed since the plain data before it, exactly to the last bit. It knows nothing of what
 * the data means: a field that is new in tomorrow's image is recorded without a change here.
 *
 * Both sides walk the former tree, node by node, containers first. What is written is how many nodes stay as they were,
 * then the new value of the next one, and so on; a container whose keys or length changed is written whole.
 */
export class TreeEncoder {
  readonly #writer: ByteWriter;
  readonly #strings = new Map<string, number>();
  #before: Tree;
  #unchanged = 0;
  #lastTicks = 0;

  constructor(writer: ByteWriter) {
    this.#writer = writer;
  }

  /** `tree` is kept to compare the next one with: it must not be changed any more. */
  encode(tree: Tree): void {
    this.#unchanged = 0;
    this.#lastTicks = 0;
    this.#compare(this.#before, tree);
    this.#before = tree;
  }

  #compare(before: Tree, now: Tree): void {
    if (isContainer(before) && isContainer(now) && isSameShape(before, now)) {
      this.#unchanged++;
      if (Array.isArray(now)) {
        for (let index = 0; index < now.length; index++) this.#compare((before as Tree[])[index], now[index]);
      } else {
        const from = before as Readonly<Record<string, Tree>>;
        const to = now as Readonly<Record<string, Tree>>;
        for (const key in to) this.#compare(from[key], to[key]);
      }
      return;
    }
    if (Object.is(before, now)) {
      this.#unchanged++;
      return;
    }
    this.#writer.varint(this.#unchanged);
    this.#unchanged = 0;
    if (typeof now === "number" && typeof before === "number") this.#move(before, now);
    else this.#value(now);
  }

  /** A number that was one before: most move by a few 1/1024, and several by the same. */
  #move(before: number, now: number): void {
    const ticks = (now - before) * TICKS_PER_UNIT;
    if (Number.isInteger(ticks) && Math.abs(ticks) < TICKS_MAX && Object.is(before + ticks / TICKS_PER_UNIT, now)) {
      if (ticks === this.#lastTicks) {
        this.#writer.byte(Tag.SameMove);
        return;
      }
      this.#lastTicks = ticks;
      this.#writer.byte(Tag.Move);
      this.#writer.varint(zigzag(ticks));
      return;
    }
    this.#number(now);
  }

  #value(value: Tree): void {
    const writer = this.#writer;
    if (value === undefined) writer.byte(Tag.Undefined);
    else if (value === null) writer.byte(Tag.Null);
    else if (typeof value === "boolean") writer.byte(value ? Tag.True : Tag.False);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "string") this.#string(value);
    else if (Array.isArray(value)) {
      writer.byte(Tag.Array);
      writer.varint(value.length);
      for (const item of value) this.#value(item);
    } else {
      const keys = Object.keys(value);
      writer.byte(Tag.Object);
      writer.varint(keys.length);
      for (const key of keys) {
        this.#string(key);
        this.#value((value as Readonly<Record<string, Tree>>)[key]);
      }
    }
  }

  #number(value: number): void {
    if (Number.isInteger(value) && Math.abs(value) < TICKS_MAX && !Object.is(value, -0)) {
      this.#writer.byte(Tag.Integer);
      this.#writer.varint(zigzag(value));
    } else {
      this.#writer.byte(Tag.Float);
      this.#writer.float64(value);
    }
  }

  #string(value: string): void {
    const known = this.#strings.get(value);
    if (known !== undefined) {
      this.#writer.byte(Tag.KnownString);
      this.#writer.varint(known);
      return;
    }
    this.#strings.set(value, this.#strings.size);
    const bytes = new TextEncoder().encode(value);
    this.#writer.byte(Tag.NewString);
    this.#writer.varint(bytes.length);
    this.#writer.bytes(bytes);
  }
}

const TICKS_MAX = 2 ** 50;
