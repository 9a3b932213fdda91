import { seconds } from "@penstock/protocol/units";
import { DataType, DataValue, StatusCodes, Variant, VariantArrayType } from "node-opcua-client";
import { expect, test } from "vitest";
import { nodeNumber } from "./node-number.ts";

const SERVER_MS = 1_000_000_000;

/** As a server answers: `ageMs` old by its own account, null without a source time. */
const answer = (value: unknown, ageMs: number | null = 0, dataType = DataType.Double, status = StatusCodes.Good) =>
  new DataValue({
    statusCode: status,
    value: new Variant({ dataType, arrayType: VariantArrayType.Scalar, value }),
    serverTimestamp: new Date(SERVER_MS),
    sourceTimestamp: ageMs === null ? null : new Date(SERVER_MS - ageMs),
  });

test.each<[story: string, value: DataValue, number: number | string]>([
  ["a double", answer(-123.5), -123.5],
  ["a boolean", answer(true, 0, DataType.Boolean), 1],
  ["64 bits in halves", answer([1, 5], 0, DataType.UInt64), 2 ** 32 + 5],
  ["infinity", answer(Number.POSITIVE_INFINITY), "it is no number"],
  ["a text", answer("5", 0, DataType.String), "it is no number"],
  [
    "an uncertain value",
    answer(5, 0, DataType.Double, StatusCodes.UncertainLastUsableValue),
    "UncertainLastUsableValue",
  ],
  ["a bad one", answer(5, 0, DataType.Double, StatusCodes.BadSensorFailure), "BadSensorFailure"],
])("%s", (_, value, number) => {
  expect(nodeNumber(value)).toBe(number);
});

test.each<[story: string, ageMs: number | null, number: number | string]>([
  ["fresh", 1_900, 5],
  ["too old by its server's own account", 2_100, "its source time is too old"],
  ["ahead of its server", -60_000, 5],
  ["without a time", null, "its server tells no source time"],
])("of a node that may be 2 s old, a value that is %s", (_, ageMs, number) => {
  expect(nodeNumber(answer(5, ageMs), seconds(2))).toBe(number);
});

test("a node of which no age is asked is taken whenever it was stamped", () => {
  expect(nodeNumber(answer(5, 3_600_000))).toBe(5);
});
