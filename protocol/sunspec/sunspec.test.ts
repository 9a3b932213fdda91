import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { invariant } from "../result/index.ts";
import { Rng } from "../rng/index.ts";
import {
  blankModel,
  compilePoints,
  decodeModel,
  defineModel,
  encodePoint,
  findPoint,
  type Model,
  modelById,
  models,
  type ScaleFactors,
  splitReads,
} from "./index.ts";
import { fixedNames, registerType } from "./register-type.ts";

const model = (id: number): Model => {
  const found = modelById(id);
  invariant(found !== undefined, `model ${id} is known`);
  return found;
};

/** A model's image with these values; the scale factors are points like any other. */
function imageOf(of: Model, values: Record<string, number | string>, scales: ScaleFactors, blocks = 0): Uint16Array {
  const image = blankModel(of, blocks);
  for (const [name, value] of Object.entries({ ...scales, ...values })) {
    const point = findPoint(of, name);
    const encoded = encodePoint(of, name, value ?? null, scales);
    invariant(point !== undefined && encoded.ok, `${name} can be encoded`);
    image.set(encoded.value, point.offset);
  }
  return image;
}

const goldenFile = new URL("../../../shared/reference/sunspec/golden.json", import.meta.url);
interface Golden {
  readonly model: number;
  readonly scale_factors: Record<string, number>;
  readonly values: Record<string, number | string>;
  readonly hex: string;
}
const golden: ReadonlyMap<number, Golden> = new Map(
  existsSync(goldenFile)
    ? Object.values<Golden>(JSON.parse(readFileSync(goldenFile, "utf8")).models).map((entry) => [entry.model, entry])
    : [],
);
const goldenIds = [1, 203, 213, 701, 702, 703, 704, 713, 715, 802];
const goldenOf = (id: number): Golden => {
  const entry = golden.get(id);
  invariant(entry !== undefined, `there is a golden image of model ${id}`);
  return entry;
};

test.skipIf(golden.size === 0).each(goldenIds)(
  "the golden image of model %i reads as the values it was made of (skipped where the shared reference data is absent)",
  (id) => {
    const entry = goldenOf(id);
    const registers = Uint16Array.from(entry.hex.match(/.{4}/g) ?? [], (word) => Number.parseInt(word, 16));
    const decoded = decodeModel(model(id), registers);
    invariant(decoded.ok, "a golden image is whole");
    for (const [name, value] of Object.entries({ ...entry.values, ...entry.scale_factors })) {
      const read = decoded.value.values[name];
      if (typeof value === "number" && id === 213) expect(read, name).toBe(Math.fround(value));
      else expect(read, name).toBe(value);
    }
    const known = new Set([...Object.keys(entry.values), ...Object.keys(entry.scale_factors)]);
    for (const [name, value] of Object.entries(decoded.value.values)) {
      if (!known.has(name)) expect(value, `${name} is not implemented`).toBeUndefined();
    }
  },
);

test.skipIf(golden.size === 0).each(goldenIds)(
  "model %i is written as the golden image (skipped where the shared reference data is absent)",
  (id) => {
    const entry = goldenOf(id);
    const image = imageOf(model(id), entry.values, entry.scale_factors);
    for (const point of model(id).points) {
      if (point.typeName === "pad") image.set([0], point.offset); // The golden file's writer pads with zero.
    }
    expect(Buffer.from(Array.from(image).flatMap((word) => [word >> 8, word & 0xff])).toString("hex")).toBe(entry.hex);
  },
);

test("lengths are those of the documents", () => {
  const lengths = {
    1: 66,
    103: 50,
    120: 26,
    203: 105,
    213: 124,
    701: 153,
    702: 50,
    703: 17,
    704: 65,
    713: 7,
    715: 7,
    802: 62,
  };
  for (const [id, length] of Object.entries(lengths)) expect(model(Number(id)).length, id).toBe(length);
  expect(blankModel(model(714), 1)[1]).toBe(43);
  expect(models.get(64201)).toBeUndefined();
});

test.each(
  [...models.values()].map((each) => [each.id, each] as const),
)("model %i left blank implements nothing", (_, each) => {
  const image = blankModel(each, each.block === undefined ? 0 : 2);
  const decoded = decodeModel(each, image);
  invariant(decoded.ok, "a blank image is whole");
  expect(Object.values(decoded.value.values).every((value) => value === undefined)).toBe(true);
  expect(decoded.value.blocks).toHaveLength(each.block === undefined ? 0 : 2);
  const numeric = each.points.filter(({ typeName }) => !typeName.startsWith("string")).map(({ name }) => name);
  expect([...compilePoints(each, numeric)(image, 0)].every(Number.isNaN)).toBe(true);
});

test.each(
  fixedNames.filter((name) => name !== "pad"),
)("every %s but the sentinel survives writing and reading", (typeName) => {
  const type = registerType(typeName);
  invariant(type !== undefined, "a type of the table");
  const one = defineModel(9, `at point type scale unit access\n2 X ${typeName} - - rw`);
  const decode = compilePoints(one, ["X"]);
  const roundTrip = (value: number | null): number => {
    const words = encodePoint(one, "X", value);
    invariant(words.ok, `${value} fits ${typeName}`);
    expect(words.value).toHaveLength(type.registers);
    return decode(Uint16Array.of(9, type.registers, ...words.value), 0)[0] ?? 0;
  };
  expect(roundTrip(null)).toBeNaN();
  const rng = new Rng(`sunspec-${typeName}`);
  if (type.form === "float") {
    const exact = typeName === "float32" ? Math.fround : (value: number) => value;
    for (let i = 0; i < 500; i++) {
      const value = exact(rng.normal() * 10 ** rng.integer(-20, 20));
      expect(roundTrip(value)).toBe(value);
    }
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(encodePoint(one, "X", value)).toMatchObject({ ok: false, error: { code: "sunspec.out-of-range" } });
    }
    return;
  }
  const min = Math.max(Number(type.rawMin), Number.MIN_SAFE_INTEGER);
  const max = Math.min(Number(type.rawMax), Number.MAX_SAFE_INTEGER);
  for (const value of [min, max, ...Array.from({ length: 500 }, () => Math.floor(rng.between(min, max)))]) {
    expect(roundTrip(value)).toBe(value);
  }
  const sentinel = BigInt.asIntN(type.form === "signed" ? type.registers * 16 : 65, type.notImplemented);
  for (const value of [type.rawMin - 1n, type.rawMax + 1n, sentinel]) {
    expect(encodePoint(one, "X", value)).toMatchObject({ ok: false, error: { code: "sunspec.out-of-range" } });
  }
});

test.each([
  // power set   scale  raw
  [-500_000, 0, -500_000],
  [1_234_549, 2, 12_345],
  [1_234_550, 2, 12_346],
  [-1_234_550, 2, -12_346],
  [25.3, -1, 253],
  [0.1 + 0.2, -1, 3],
])("a set-point of %d W with a scale factor of %d is written as %d", (value, scale, raw) => {
  const words = encodePoint(model(704), "WSet", value, { WSet_SF: scale });
  invariant(words.ok, "it fits");
  expect(
    compilePoints(defineModel(9, "at point type scale unit access\n2 X int32 - - r"), ["X"])(
      Uint16Array.of(9, 2, ...words.value),
      0,
    )[0],
  ).toBe(raw);
});

test.each<[string, number | string, ScaleFactors, string]>([
  ["WSet", 3e9, { WSet_SF: 0 }, "sunspec.out-of-range"],
  ["WSet", 1, {}, "sunspec.missing-scale"],
  ["WSet", 1, { WSet_SF: 11 }, "sunspec.missing-scale"],
  ["WSet", "1", { WSet_SF: 0 }, "sunspec.wrong-kind"],
  ["WSetPct", 5000, { WSetPct_SF: -1 }, "sunspec.out-of-range"],
  ["Wset", 1, {}, "sunspec.unknown-point"],
])("%s = %s with %o is refused: %s", (name, value, scales, code) => {
  expect(encodePoint(model(704), name, value, scales)).toMatchObject({ ok: false, error: { code, point: name } });
});

test("text fits or is refused, never cut", () => {
  expect(encodePoint(model(1), "Opt", "x".repeat(16))).toMatchObject({ ok: true });
  expect(encodePoint(model(1), "Opt", "x".repeat(17))).toMatchObject({ error: { code: "sunspec.text-too-long" } });
});

test("the fast decoder reads a model anywhere in an image, and reuses what it is given", () => {
  const unit = imageOf(model(713), { WHRtg: 3_916_000, SoC: 50.5 }, { WH_SF: 3, Pct_SF: -1 });
  const image = new Uint16Array(500);
  image.set(unit, 300);
  const decode = compilePoints(model(713), ["SoC", "WHRtg", "SoH"]);
  const into = new Float64Array(3);
  expect(decode(image, 300, into)).toBe(into);
  expect([...into]).toEqual([50.5, 3_916_000, Number.NaN]);
});

test("a point whose scale factor is missing or absurd is not implemented, unless the device is known to mean one", () => {
  const image = imageOf(model(713), { SoC: 50 }, { Pct_SF: 0 });
  const at = findPoint(model(713), "Pct_SF")?.offset ?? 0;
  for (const word of [0x8000, 11, 0xfff5]) {
    image[at] = word;
    expect(compilePoints(model(713), ["SoC"])(image, 0)[0]).toBeNaN();
    expect(compilePoints(model(713), ["SoC"], { missingScale: "times-one" })(image, 0)[0]).toBe(50);
  }
  expect(decodeModel(model(713), image)).toMatchObject({ value: { values: { SoC: undefined } } });
  expect(decodeModel(model(713), image, 0, { missingScale: "times-one" })).toMatchObject({
    value: { values: { SoC: 50 } },
  });
});

test("a float written as 0x4EFF8000 by a mistaken encoder, an infinity and a register that is not there are no numbers", () => {
  const image = blankModel(model(213));
  const at = findPoint(model(213), "W")?.offset ?? 0;
  for (const words of [
    [0x4eff, 0x8000],
    [0x7f80, 0],
    [0xff80, 0],
    [0xffc0, 1],
  ]) {
    image.set(words, at);
    expect(compilePoints(model(213), ["W"])(image, 0)[0]).toBeNaN();
  }
  expect(compilePoints(model(213), ["W"])(image.subarray(0, at + 1), 0)[0]).toBeNaN();
});

test("the ports of a DC model are read one by one, as many as there is room for", () => {
  const scales = { DCW_SF: 2, DCV_SF: 0 };
  const image = imageOf(model(714), { NPrt: 3, "Prt[1].DCW": -975_000, "Prt[1].IDStr": "string 2" }, scales, 2);
  const decoded = decodeModel(model(714), image);
  expect(decoded).toMatchObject({
    ok: true,
    value: { blocks: [{ DCW: undefined }, { DCW: -975_000, IDStr: "string 2" }] },
  });
  expect(compilePoints(model(714), ["Prt[1].DCW"])(image, 0)[0]).toBe(-975_000);
});

test("an energy beyond 2^53 is kept exactly where the whole model is read", () => {
  const one = defineModel(9, "at point type scale unit access\n2 E uint64 - Wh r\n6 N int64 - - r");
  const image = Uint16Array.of(9, 8, 0x0020, 0, 0, 1, 0xffdf, 0xffff, 0xffff, 0xffff);
  expect(decodeModel(one, image)).toMatchObject({ value: { values: { E: 2n ** 53n + 1n, N: -(2n ** 53n) - 1n } } });
});

test("a model that is another, or cut off, is refused; one the device ends early loses only its last points", () => {
  const image = blankModel(model(1));
  expect(decodeModel(model(701), image)).toMatchObject({ error: { code: "sunspec.wrong-model", found: 1 } });
  expect(decodeModel(model(1), image.subarray(0, 60))).toMatchObject({ error: { code: "sunspec.short-image" } });
  image[1] = 65;
  expect(decodeModel(model(1), image.subarray(0, 67))).toMatchObject({ ok: true });
});

test("a table with a gap, an unknown type or a missing scale factor does not load", () => {
  const head = "at point type scale unit access\n";
  expect(() => defineModel(9, `${head}3 X int16 - - r`)).toThrow("at 3");
  expect(() => defineModel(9, `${head}2 X int12 - - r`)).toThrow("cannot have row");
  expect(() => defineModel(9, `${head}2 X int16 X_SF - r`)).toThrow("no scale factor X_SF");
  expect(() => compilePoints(model(713), ["Soc"])).toThrow("no point Soc");
  expect(() => compilePoints(model(1), ["SN"])).toThrow("is text");
});

test.each(
  [...models.values()].map((each) => [each.id, each] as const),
)("model %i is read in pieces that never split a point", (_, each) => {
  const length = each.length + 20 * (each.block?.registers ?? 0);
  const pieces = splitReads(each, length, 64);
  expect(pieces.reduce((sum, { registers }) => sum + registers, 0)).toBe(length + 2);
  for (const { offset, registers } of pieces) {
    expect(registers).toBeLessThanOrEqual(64);
    for (const point of each.points) {
      const inside = point.offset < offset + registers && point.offset >= offset;
      if (inside) expect(point.offset + point.type.registers).toBeLessThanOrEqual(offset + registers);
    }
  }
});

test("a float meter of 126 registers takes two reads, a storage model one", () => {
  expect(splitReads(model(213), 124)).toEqual([
    { offset: 0, registers: 124 },
    { offset: 124, registers: 2 },
  ]);
  expect(splitReads(model(713), 7)).toEqual([{ offset: 0, registers: 9 }]);
});
