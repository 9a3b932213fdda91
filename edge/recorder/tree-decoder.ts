import { ByteReader } from "./byte-stream.ts";
import { isContainer, Tag, TICKS_PER_UNIT, type Tree, unzigzag } from "./tree-format.ts";

/** The other half of {@link TreeEncoder}: each entry makes a new tree out of the one before. Throws on bytes that are none of its. */
export class TreeDecoder {
  readonly #strings: string[] = [];
  #reader = new ByteReader(new Uint8Array());
  #before: Tree;
  #unchanged = 0;
  #lastTicks = 0;

  decode(entry: Uint8Array): Tree {
    this.#reader = new ByteReader(entry);
    this.#lastTicks = 0;
    this.#nextChange();
    this.#before = this.#walk(this.#before);
    if (this.#unchanged !== Number.POSITIVE_INFINITY) throw new Error("the entry changes more than there is");
    return this.#before;
  }

  #walk(before: Tree): Tree {
    if (this.#unchanged === 0) {
      const now = this.#value(before);
      this.#nextChange();
      return now;
    }
    this.#unchanged--;
    if (!isContainer(before) || this.#unchanged === Number.POSITIVE_INFINITY) return before;
    if (Array.isArray(before)) {
      let copy: Tree[] | undefined;
      for (let index = 0; index < before.length; index++) {
        const now = this.#walk(before[index]);
        if (!Object.is(now, before[index])) {
          copy ??= [...before];
          copy[index] = now;
        }
      }
      return copy ?? before;
    }
    const from = before as Readonly<Record<string, Tree>>;
    let copy: Record<string, Tree> | undefined;
    for (const key in from) {
      const now = this.#walk(from[key]);
      if (!Object.is(now, from[key])) {
        copy ??= { ...from };
        copy[key] = now;
      }
    }
    return copy ?? before;
  }

  #nextChange(): void {
    this.#unchanged = this.#reader.isAtEnd ? Number.POSITIVE_INFINITY : this.#varint();
  }

  #value(before: Tree): Tree {
    const tag = this.#reader.byte();
    switch (tag) {
      case Tag.Undefined:
        return undefined;
      case Tag.Null:
        return null;
      case Tag.False:
        return false;
      case Tag.True:
        return true;
      case Tag.Integer:
        return unzigzag(this.#varint());
      case Tag.Float:
        return whole(this.#reader.float64());
      case Tag.NewString:
      case Tag.KnownString:
        return this.#string(tag);
      case Tag.Array: {
        const items: Tree[] = [];
        for (let left = this.#varint(); left > 0; left--) items.push(this.#value(undefined));
        return items;
      }
      case Tag.Object: {
        const made: Record<string, Tree> = {};
        for (let left = this.#varint(); left > 0; left--) {
          const key = this.#string(whole(this.#reader.byte()));
          made[key] = this.#value(undefined);
        }
        return made;
      }
      case Tag.Move:
        this.#lastTicks = unzigzag(this.#varint());
        return this.#moved(before);
      case Tag.SameMove:
        return this.#moved(before);
      default:
        throw new Error(`there is no value of kind ${tag}`);
    }
  }

  #moved(before: Tree): number {
    if (typeof before !== "number") throw new Error("only a number can move");
    return before + this.#lastTicks / TICKS_PER_UNIT;
  }

  #string(tag: number): string {
    if (tag === Tag.KnownString) return whole(this.#strings[this.#varint()]);
    if (tag !== Tag.NewString) throw new Error(`a string was expected, not kind ${tag}`);
    const text = new TextDecoder().decode(whole(this.#reader.bytes(this.#varint())));
    this.#strings.push(text);
    return text;
  }

  #varint(): number {
    return whole(this.#reader.varint());
  }
}

function whole<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the entry ends too early");
  return value;
}
