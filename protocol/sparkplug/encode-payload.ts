import { invariant } from "../result/index.ts";
import { DataType } from "./data-type.ts";
import { packArray } from "./packed-array.ts";
import type { Metric, MetricValue, Payload, Property, PropertySet, Scalar } from "./payload.ts";
import { PayloadWriter } from "./payload-writer.ts";
import { fitsDataType, integerBits, isDataSet, isTemplate } from "./value.ts";
import { delimited, fixed32, fixed64, varint } from "./wire.ts";

export interface EncodeOptions {
  /**
   * Omitted from NDATA and DDATA: the birth said them once. The metric still names its type here, because the
   * type chooses the field the value travels in.
   */
  readonly datatypes: "written" | "omitted";
}

/**
 * Writes a Sparkplug B payload. Zero and false are written: in proto2 an absent field is another thing.
 * Every value must fit its data type (`fitsDataType`). We send no data sets and no templates.
 */
export function encodePayload(payload: Payload, options: EncodeOptions = { datatypes: "written" }): Uint8Array {
  const writer = payloadWriter.begin();
  if (payload.timestampMs !== undefined) writer.uint32(varint(1)).uint64(payload.timestampMs);
  for (const metric of payload.metrics) {
    writer.uint32(delimited(2)).fork();
    writeMetric(writer, metric, options);
    writer.ldelim();
  }
  if (payload.seq !== undefined) writer.uint32(varint(3)).uint32(payload.seq);
  if (payload.uuid !== undefined) writer.uint32(delimited(4)).string(payload.uuid);
  if (payload.body !== undefined) writer.uint32(delimited(5)).bytes(payload.body);
  return writer.finish();
}

/** One is enough: a payload is written in one go. */
const payloadWriter = new PayloadWriter();

function writeMetric(writer: PayloadWriter, metric: Metric, { datatypes }: EncodeOptions): void {
  if (metric.name !== undefined) writer.uint32(delimited(1)).string(metric.name);
  if (metric.alias !== undefined) writer.uint32(varint(2)).uint64(metric.alias);
  if (metric.timestampMs !== undefined) writer.uint32(varint(3)).uint64(metric.timestampMs);
  if (metric.datatype !== undefined && datatypes === "written") writer.uint32(varint(4)).uint32(metric.datatype);
  if (metric.isHistorical !== undefined) writer.uint32(varint(5)).bool(metric.isHistorical);
  if (metric.isTransient !== undefined) writer.uint32(varint(6)).bool(metric.isTransient);
  if (metric.isNull !== undefined) writer.uint32(varint(7)).bool(metric.isNull);
  if (metric.properties !== undefined) writePropertySet(writer.uint32(delimited(9)), metric.properties);
  if (metric.value !== undefined && metric.isNull !== true) writeValue(writer, metric.value, metric.datatype);
}

function writeValue(writer: PayloadWriter, value: MetricValue, datatype: DataType | undefined): void {
  invariant(datatype === undefined || fitsDataType(value, datatype), "a metric value fits its data type");
  if (typeof value !== "object") {
    writeScalar(writer, value, datatype, 10);
    return;
  }
  invariant(!isDataSet(value) && !isTemplate(value), "we send no data sets and no templates");
  const bytes = value instanceof Uint8Array ? value : packArray(value, datatype ?? DataType.DoubleArray);
  invariant(bytes !== undefined, "an array is sent with the data type of its elements");
  writer.uint32(delimited(16)).bytes(bytes);
}

/** int, long, float, double, boolean and string always stand in this order, from `firstField` on. */
function writeScalar(writer: PayloadWriter, value: Scalar, datatype: DataType | undefined, firstField: number): void {
  if (typeof value === "boolean") {
    writer.uint32(varint(firstField + 4)).bool(value);
    return;
  }
  if (typeof value === "string") {
    writer.uint32(delimited(firstField + 5)).string(value);
    return;
  }
  const bits = datatype === undefined ? undefined : integerBits[datatype];
  if (bits === undefined && typeof value === "number") {
    if (datatype === DataType.Float) writer.uint32(fixed32(firstField + 2)).float(value);
    else writer.uint32(fixed64(firstField + 3)).double(value);
  } else if (bits === undefined || Math.abs(bits) === 64) {
    writer.uint32(varint(firstField + 1)).uint64(value);
  } else {
    // Negative numbers are sign-extended to 32 bits, whatever their own width.
    writer.uint32(varint(firstField)).uint32(Number(value) >>> 0);
  }
}

function writePropertySet(writer: PayloadWriter, properties: PropertySet): void {
  writer.fork();
  const entries = Object.entries(properties);
  for (const [key] of entries) writer.uint32(delimited(1)).string(key);
  for (const [, property] of entries) writeProperty(writer.uint32(delimited(2)), property);
  writer.ldelim();
}

function writeProperty(writer: PayloadWriter, property: Property): void {
  const { type, isNull, value } = property;
  writer.fork();
  if (type !== undefined) writer.uint32(varint(1)).uint32(type);
  if (isNull !== undefined) writer.uint32(varint(2)).bool(isNull);
  if (value !== undefined && isNull !== true) {
    if (typeof value !== "object") {
      writeScalar(writer, value, type, 3);
    } else if (isPropertySetList(value)) {
      writer.uint32(delimited(10)).fork();
      for (const set of value) writePropertySet(writer.uint32(delimited(1)), set);
      writer.ldelim();
    } else {
      writePropertySet(writer.uint32(delimited(9)), value);
    }
  }
  writer.ldelim();
}

const isPropertySetList = (value: PropertySet | readonly PropertySet[]): value is readonly PropertySet[] =>
  Array.isArray(value);
