import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { invariant } from "../result/index.ts";
import { Rng } from "../rng/index.ts";
import {
  DataType,
  decodePayload,
  encodePayload,
  fitsDataType,
  interpretValue,
  type Metric,
  type MetricValue,
  type Payload,
  quality,
} from "./index.ts";

const t0 = 1_767_225_600_000;
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const decoded = (bytes: Uint8Array): Payload => {
  const result = decodePayload(bytes);
  invariant(result.ok, "these bytes are a payload");
  return result.value;
};

const bdSeq: Metric = { name: "bdSeq", timestampMs: t0, datatype: DataType.Int64, value: 7 };
const rebirth = (value: boolean, timestampMs = t0): Metric => ({
  name: "Node Control/Rebirth",
  timestampMs,
  datatype: DataType.Boolean,
  value,
});

const vectors: Record<string, Payload> = {
  ndeath: { timestampMs: t0, metrics: [bdSeq] },
  nbirth: {
    timestampMs: t0,
    seq: 0,
    metrics: [
      bdSeq,
      rebirth(false),
      { name: "Site/P", alias: 1, timestampMs: t0, datatype: DataType.Double, value: -12.5 },
      { name: "Site/SoC", alias: 2, timestampMs: t0, datatype: DataType.Float, value: 53.25 },
      { name: "Site/Err", alias: 3, timestampMs: t0, datatype: DataType.Int32, value: -5 },
    ],
  },
  ncmd_rebirth: { timestampMs: t0 + 4000, metrics: [rebirth(true, t0 + 4000)] },
  dcmd_bytes: {
    timestampMs: t0 + 5000,
    metrics: [
      {
        name: "Dispatch/Lease",
        timestampMs: t0 + 5000,
        datatype: DataType.Bytes,
        value: Uint8Array.of(0xde, 0xad, 0xbe, 0xef),
      },
    ],
  },
};

const vectorFile = new URL("../../../shared/reference/sparkplug/vectors.json", import.meta.url);
const published = (name: string): Uint8Array => {
  const all: Record<string, { hex: string }> = JSON.parse(readFileSync(vectorFile, "utf8")).vectors;
  return bytesOf(all[name]?.hex ?? "");
};

test.skipIf(!existsSync(vectorFile)).each(Object.keys(vectors))(
  "the published %s is read and written byte for byte (skipped where the shared reference data is absent)",
  (name) => {
    const payload = vectors[name];
    invariant(payload !== undefined, "a vector of the table");
    expect(decoded(published(name))).toEqual(payload);
    expect(hexOf(encodePayload(payload))).toBe(hexOf(published(name)));
  },
);

test.skipIf(!existsSync(vectorFile))(
  "published data messages with aliases only are read (skipped where the shared reference data is absent)",
  () => {
    expect(decoded(published("ndata_alias"))).toMatchObject({ seq: 1, metrics: [{ alias: 1, value: 99.75 }] });
    expect(decoded(published("ndata_hist"))).toMatchObject({
      seq: 2,
      metrics: [{ alias: 2, isHistorical: true, value: 50 }],
    });
    const stale = decoded(published("ndata_null_stale")).metrics[0];
    expect(stale).toMatchObject({ alias: 3, isNull: true, properties: quality.stale });
    expect(stale).not.toHaveProperty("value");
  },
);

test("zero and false are written, absence is kept (proto2)", () => {
  const payload: Payload = {
    timestampMs: 0,
    seq: 0,
    metrics: [
      { alias: 0, value: 0, datatype: DataType.Int32 },
      { alias: 1, value: false, datatype: DataType.Boolean },
      { alias: 2, value: "", datatype: DataType.String },
      { alias: 3, isNull: true },
      { alias: 4, isHistorical: false, value: 0, datatype: DataType.Double },
    ],
  };
  expect(decoded(encodePayload(payload))).toEqual(payload);
  expect(decoded(encodePayload({ metrics: [] }))).toEqual({ metrics: [] });
});

test.each<[string, DataType, MetricValue, MetricValue]>([
  ["UInt32 that another wrote as a long", DataType.UInt32, 4_000_000_000, 4_000_000_000],
  ["Int8 that another wrote in eight bits", DataType.Int8, 0xfb, -5],
  ["Int16 that another wrote in sixteen bits", DataType.Int16, 0xfffb, -5],
  ["Int32 as its unsigned word", DataType.Int32, 0xffff_fffb, -5],
  ["Int64 as its unsigned word", DataType.Int64, 2n ** 64n - 5n, -5],
  ["Int64 beyond what a number holds", DataType.Int64, 2n ** 63n, -(2n ** 63n)],
  ["UInt64 beyond what a number holds", DataType.UInt64, 2n ** 64n - 1n, 2n ** 64n - 1n],
  ["DateTime", DataType.DateTime, t0, t0],
])("%s is understood", (_, datatype, onTheWire, meant) => {
  expect(interpretValue(onTheWire, datatype)).toBe(meant);
  expect(interpretValue(meant, datatype)).toBe(meant);
});

test.each<[DataType, MetricValue]>([
  [DataType.Boolean, 1],
  [DataType.Double, "1"],
  [DataType.Int32, 1.5],
  [DataType.String, 1],
  [DataType.Bytes, "00"],
  [DataType.DataSet, 1],
  [DataType.Int16Array, Uint8Array.of(1)],
  [DataType.BooleanArray, Uint8Array.of(9, 0, 0, 0, 1)],
  [DataType.StringArray, Uint8Array.of(65)],
])("data type %i does not make something of %o", (datatype, value) => {
  expect(interpretValue(value, datatype)).toBeUndefined();
});

test.each<[DataType, MetricValue, boolean]>([
  [DataType.Int8, 127, true],
  [DataType.Int8, 128, false],
  [DataType.Int8, -128, true],
  [DataType.UInt8, -1, false],
  [DataType.UInt32, 2 ** 32, false],
  [DataType.Int64, 2n ** 63n, false],
  [DataType.UInt64, 2n ** 63n, true],
  [DataType.Int32, Number.NaN, false],
  [DataType.Double, Number.NaN, true],
  [DataType.UInt8Array, [1, 256], false],
  [DataType.StringArray, ["a\0"], false],
])("whether data type %i can carry %o: %s", (datatype, value, fits) => {
  expect(fitsDataType(value, datatype)).toBe(fits);
});

test.each<[DataType, readonly (number | bigint | boolean | string)[], string]>([
  // The specification's examples for arrays, where they follow its own text.
  [DataType.Int8Array, [-23, 123], "e97b"],
  [DataType.Int16Array, [-30000, 30000], "d08a3075"],
  [DataType.UInt32Array, [52, 3293969225], "3400000049fb55c4"],
  [DataType.Int64Array, [-4270929666821191986n, 4270929666821191986n], ""],
  [
    DataType.BooleanArray,
    [false, false, true, true, false, true, false, false, true, true, false, true],
    "0c00000034d0",
  ],
  [DataType.StringArray, ["ABC", "hello"], "4142430068656c6c6f00"],
  [DataType.DoubleArray, [12.354213], ""],
  [DataType.DateTimeArray, [t0], ""],
])("array type %i travels little-endian", (datatype, values, hex) => {
  const payload = { metrics: [{ name: "a", datatype, value: values }] };
  const bytes = encodePayload(payload);
  expect(decoded(bytes)).toEqual(payload);
  if (hex !== "") expect(hexOf(bytes)).toContain(hex);
});

const scalars = fc.oneof(
  fc.integer().map((value) => ({ datatype: DataType.Int32, value })),
  fc.nat(0xffff_ffff).map((value) => ({ datatype: DataType.UInt32, value })),
  fc.double({ noNaN: true }).map((value) => ({ datatype: DataType.Double, value })),
  fc.float({ noNaN: true }).map((value) => ({ datatype: DataType.Float, value })),
  fc.boolean().map((value) => ({ datatype: DataType.Boolean, value })),
  fc.string({ unit: "grapheme" }).map((value) => ({ datatype: DataType.String, value })),
  fc.uint8Array({ maxLength: 40 }).map((value) => ({ datatype: DataType.Bytes, value })),
  fc.maxSafeInteger().map((value) => ({ datatype: DataType.Int64, value })),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }).map((value) => ({ datatype: DataType.UInt64, value })),
);

test("every payload is read back as it was written", () => {
  const metric = fc.record(
    { name: fc.string(), alias: fc.nat(), timestampMs: fc.maxSafeInteger().map(Math.abs), isHistorical: fc.boolean() },
    { requiredKeys: [] },
  );
  const payload = fc.record({
    timestampMs: fc.nat(),
    seq: fc.nat(255),
    uuid: fc.string(),
    body: fc.uint8Array(),
    metrics: fc.array(fc.tuple(metric, scalars).map(([head, tail]) => ({ ...head, ...tail }))),
  });
  fc.assert(
    fc.property(payload, (original) => {
      expect(decoded(encodePayload(original))).toEqual(original);
    }),
    { seed: 11, numRuns: 500 },
  );
});

test("without its data type, as in every NDATA, a value is settled by the birth's", () => {
  fc.assert(
    fc.property(scalars, ({ datatype, value }) => {
      const bytes = encodePayload({ metrics: [{ alias: 1, datatype, value }] }, { datatypes: "omitted" });
      const [metric] = decoded(bytes).metrics;
      expect(metric).not.toHaveProperty("datatype");
      expect(interpretValue(metric?.value ?? "", datatype)).toEqual(value);
    }),
    { seed: 12, numRuns: 500 },
  );
});

test("properties survive, sets within sets too", () => {
  const metric: Metric = {
    alias: 1,
    isNull: true,
    properties: {
      ...quality.stale,
      engUnit: { type: DataType.String, value: "W" },
      nothing: { type: DataType.Double, isNull: true },
      range: { type: DataType.PropertySet, value: { low: { type: DataType.Int32, value: -5 } } },
      steps: { type: DataType.PropertySetList, value: [{ a: { type: DataType.Boolean, value: false } }, {}] },
      ["__proto__"]: { type: DataType.Int32, value: 1 },
    },
  };
  expect(decoded(encodePayload({ metrics: [metric] })).metrics).toEqual([metric]);
});

// Hand-made: a data set {columns a Int32, b String; row -1, "x"} and a template {ref "T", member m = 5, parameter p = true}.
const dataSet = "08021201611201621803180c220d0a0608ffffffff0f0a03320178";
const template = "12070a016d200350051a070a0170100b38012201542800";

test("a data set and a template become structures, and what stands beside them is not lost", () => {
  const metricWith = (field: string, inner: string) => {
    const length = (inner.length / 2).toString(16).padStart(2, "0");
    const body = `${field}${length}${inner}`;
    return `12${(body.length / 2).toString(16).padStart(2, "0")}${body}`;
  };
  const bytes = bytesOf(`${metricWith("8a01", dataSet)}${metricWith("9201", template)}120410075801`);
  const { metrics } = decoded(bytes);
  expect(metrics[0]?.value).toEqual({
    columns: ["a", "b"],
    types: [DataType.Int32, DataType.String],
    rows: [[-1, "x"]],
  });
  expect(metrics[1]?.value).toEqual({
    templateRef: "T",
    isDefinition: false,
    metrics: [{ name: "m", datatype: DataType.Int32, value: 5 }],
    parameters: [{ name: "p", type: DataType.Boolean, value: true }],
  });
  expect(metrics[2]).toEqual({ alias: 7, value: 1 });
});

test("unknown fields of every wire type are skipped", () => {
  const strange = "a00601" + "a1060102030405060708" + "a206024142" + "a5060a0b0c0d" + "a306a406";
  expect(decoded(bytesOf(`${strange}1805`))).toEqual({ seq: 5, metrics: [] });
});

test.each<[string, string]>([
  ["a metric longer than the payload", "120a0801"],
  ["a field longer than its metric", "12030a0541424344" + "45"],
  ["a varint without an end", "08ffffffffffffffffffffff"],
  ["field number zero", "0001"],
  ["an unknown wire type", "0f01"],
  ["an alias beyond any we could mean", "120b10ffffffffffffffffff01"],
  ["more property keys than values", "12054a030a0161"],
  ["a group without an end", "a306"],
])("%s is an error with the place, not an exception", (_, hex) => {
  const result = decodePayload(bytesOf(hex));
  expect(result).toMatchObject({ ok: false, error: { code: "sparkplug.malformed-payload" } });
  expect(!result.ok && result.error.byteOffset).toBeGreaterThan(0);
});

test("size, number and depth have their limits", () => {
  const bounds = { bytesMax: 100, metricsMax: 3, nestingMax: 2 };
  const metrics = (count: number): Payload => ({ metrics: Array(count).fill({ alias: 1 }) });
  expect(decodePayload(encodePayload(metrics(3)), bounds)).toMatchObject({ ok: true });
  expect(decodePayload(encodePayload(metrics(4)), bounds)).toMatchObject({ ok: false });
  expect(decodePayload(new Uint8Array(101), bounds)).toMatchObject({ error: { code: "sparkplug.payload-too-large" } });
  const nest = (depth: number): Metric["properties"] =>
    depth === 0 ? {} : { x: { type: DataType.PropertySet, value: nest(depth - 1) ?? {} } };
  const roomy = { bytesMax: 1000, metricsMax: 100, nestingMax: 2 };
  const nested = (depth: number) => encodePayload({ metrics: [{ alias: 1, properties: nest(depth) ?? {} }] });
  expect(decodePayload(nested(2), roomy)).toMatchObject({ ok: true });
  expect(decodePayload(nested(3), roomy)).toMatchObject({ ok: false });
});

test("a sequence number beyond 255 is no sequence number", () => {
  expect(decodePayload(Uint8Array.of(0x18, 0xff, 0x01))).toMatchObject({ ok: true, value: { seq: 255 } });
  expect(decodePayload(Uint8Array.of(0x18, 0x80, 0x02))).toMatchObject({ ok: false });
});

test("a null that also has a value is a null", () => {
  const bytes = Uint8Array.of(0x12, 0x06, 0x10, 0x05, 0x38, 0x01, 0x50, 0x07);
  expect(decoded(bytes)).toEqual({ metrics: [{ alias: 5, isNull: true }] });
});

test("twenty thousand mutilated payloads are read or refused, never thrown", () => {
  const rng = new Rng("sparkplug-fuzz");
  const seeds = [
    ...Object.values(vectors).map((payload) => encodePayload(payload)),
    bytesOf(`128001${"8a01"}`),
    bytesOf(dataSet),
    bytesOf(template),
  ];
  let refused = 0;
  for (let i = 0; i < 20_000; i++) {
    const original = rng.pick(seeds);
    const bytes = mutilated(original, rng);
    const result = decodePayload(bytes);
    if (result.ok)
      for (const metric of result.value.metrics) interpretValue(metric.value ?? 0, rng.integer(0, 40) as DataType);
    else refused++;
  }
  expect(refused).toBeGreaterThan(5_000);
  expect(refused).toBeLessThan(20_000);
});

function mutilated(original: Uint8Array, rng: Rng): Uint8Array {
  const bytes = Array.from(original);
  for (let edits = rng.integer(1, 6); edits > 0; edits--) {
    const at = rng.integer(0, bytes.length + 1);
    switch (rng.integer(0, 5)) {
      case 0:
        bytes[at] = rng.uint32() & 0xff;
        break;
      case 1:
        bytes.splice(at, 1);
        break;
      case 2:
        bytes.splice(at, 0, ...rng.bytes(rng.integer(1, 9)));
        break;
      case 3:
        bytes.length = at;
        break;
      default:
        bytes.splice(at, 0, ...bytes.slice(rng.integer(0, bytes.length + 1)));
    }
  }
  return Uint8Array.from(bytes);
}
