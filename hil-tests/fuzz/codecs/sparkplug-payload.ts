import { isDeepStrictEqual } from "node:util";
import type { Rng } from "@penstock/protocol/rng";
import {
  DataType,
  decodePayload,
  encodePayload,
  fitsDataType,
  interpretValue,
  type Metric,
  type Payload,
} from "@penstock/protocol/sparkplug";
import { type CodecUnderTest, expectThat } from "./codec.ts";
import { mutate } from "./mutate.ts";

/**
 * What was encoded decodes to itself. A spoiled payload is refused, or every value of it that its data type can mean (a
 * host refuses the others one by one) encodes and decodes to itself: no half of a value is ever passed on.
 */
export const sparkplugPayload: CodecUnderTest = {
  name: "sparkplug-payload",
  share: 1,
  begin(rng) {
    return () => {
      const payload = randomPayload(rng);
      const good = encodePayload(payload);
      const bytes = mutate(rng, good);
      const read = decodePayload(bytes);
      if (bytes === good) {
        expectThat(read.ok && isDeepStrictEqual(read.value, payload), "does not come back", good);
        return "taken";
      }
      if (!read.ok) return "refused";
      const meant = { ...read.value, metrics: read.value.metrics.flatMap(meantBy) };
      const again = decodePayload(encodePayload(meant));
      expectThat(again.ok && isDeepStrictEqual(again.value, meant), "is not what it was read as", bytes);
      return "taken";
    };
  },
};

function meantBy({ properties: _, ...metric }: Metric): Metric[] {
  const { value, datatype } = metric;
  if (value === undefined) return [metric];
  if (datatype === undefined || datatype > DataType.DateTimeArray) return [];
  if (datatype === DataType.DataSet || datatype === DataType.Template) return [];
  const meant = interpretValue(value, datatype);
  if (meant === undefined || !fitsDataType(meant, datatype)) return [];
  return [{ ...metric, value: datatype === DataType.Float ? Math.fround(Number(meant)) : meant }];
}

function randomPayload(rng: Rng): Payload {
  return {
    ...(rng.chance(0.9) ? { timestampMs: rng.integer(0, 2 ** 41) } : {}),
    ...(rng.chance(0.9) ? { seq: rng.integer(0, 256) } : {}),
    metrics: Array.from({ length: rng.integer(0, 6) }, () => randomMetric(rng)),
  };
}

function randomMetric(rng: Rng): Metric {
  const named = rng.chance(0.5) ? { name: rng.pick(["Power/Grid", "Energy/SoC", "ü", ""]) } : {};
  const base = {
    ...named,
    ...(rng.chance(0.5) ? { alias: rng.integer(0, 300) } : {}),
    ...(rng.chance(0.5) ? { timestampMs: rng.integer(0, 2 ** 41) } : {}),
    ...(rng.chance(0.1) ? { isHistorical: rng.chance(0.5) } : {}),
  };
  const [datatype, value] = rng.pick(VALUES)(rng);
  if (rng.chance(0.1)) return { ...base, datatype, isNull: true };
  return { ...base, datatype, value };
}

const VALUES: readonly ((rng: Rng) => readonly [DataType, NonNullable<Metric["value"]>])[] = [
  (rng) => [DataType.Int32, rng.integer(-(2 ** 31), 2 ** 31)],
  (rng) => [DataType.Int16, rng.integer(-(2 ** 15), 2 ** 15)],
  (rng) => [DataType.UInt32, rng.integer(0, 2 ** 32)],
  (rng) => [DataType.Int64, rng.integer(-(2 ** 50), 2 ** 50)],
  (rng) => [DataType.UInt64, rng.chance(0.5) ? rng.integer(0, 2 ** 50) : 2n ** 64n - 1n - BigInt(rng.integer(0, 99))],
  (rng) => [DataType.Double, rng.normal() * 1e6],
  (rng) => [DataType.Float, Math.fround(rng.normal() * 1e3)],
  (rng) => [DataType.Boolean, rng.chance(0.5)],
  (rng) => [DataType.String, rng.pick(["", "because", "größer", "a".repeat(200)])],
  (rng) => [DataType.Bytes, rng.bytes(rng.integer(0, 40))],
  (rng) => [DataType.DateTime, rng.integer(0, 2 ** 41)],
  (rng) => [DataType.Int32Array, Array.from({ length: rng.integer(0, 5) }, () => rng.integer(-(2 ** 31), 2 ** 31))],
  (rng) => [DataType.BooleanArray, Array.from({ length: rng.integer(0, 12) }, () => rng.chance(0.5))],
  (rng) => [DataType.StringArray, Array.from({ length: rng.integer(0, 4) }, () => rng.pick(["a", "bc", ""]))],
];
