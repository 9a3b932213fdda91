import { type CodedError, fail, ok, type Result } from "../result/index.ts";
import { readDataSet } from "./data-set.ts";
import type { DataType } from "./data-type.ts";
import type { Metric, MetricValue, Payload, Property, PropertySet, Template, TemplateParameter } from "./payload.ts";
import { interpretValue } from "./value.ts";
import {
  beginMessage,
  delimited,
  endMessage,
  fixed32,
  fixed64,
  Malformed,
  newReader,
  nextTag,
  type Reader,
  readBytes,
  readFields,
  readMessage,
  readSafeUint64,
  readUint64,
  skip,
  varint,
} from "./wire.ts";

export interface PayloadBounds {
  readonly bytesMax: number;
  readonly metricsMax: number;
  /** Templates in templates, property sets in property sets. */
  readonly nestingMax: number;
}

export const payloadBounds: PayloadBounds = { bytesMax: 4 * 1024 * 1024, metricsMax: 20_000, nestingMax: 8 };

export interface PayloadError extends CodedError {
  readonly code: "sparkplug.payload-too-large" | "sparkplug.malformed-payload";
  /** How far into the bytes the reader had come. */
  readonly byteOffset: number;
  readonly detail: string;
}

/** Reads a Sparkplug B payload (protobuf, proto2). Never throws; unknown fields are ignored; presence is kept. */
export function decodePayload(bytes: Uint8Array, bounds: PayloadBounds = payloadBounds): Result<Payload, PayloadError> {
  if (bytes.length > bounds.bytesMax) {
    const detail = `${bytes.length} bytes, at most ${bounds.bytesMax}`;
    return fail({ code: "sparkplug.payload-too-large", byteOffset: 0, detail });
  }
  const reader = newReader(bytes);
  try {
    return ok(readPayload(reader, new Budget(bounds)));
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    return fail({ code: "sparkplug.malformed-payload", byteOffset: reader.pos, detail: cause.message.slice(0, 200) });
  }
}

/** What a payload may still contain. Shared by all its levels, so nesting buys nothing. */
class Budget {
  #metricsLeft: number;
  readonly #nestingMax: number;

  constructor(bounds: PayloadBounds) {
    this.#metricsLeft = bounds.metricsMax;
    this.#nestingMax = bounds.nestingMax;
  }

  /** One metric, property or parameter. */
  spend(): void {
    if (this.#metricsLeft-- <= 0) throw new Malformed("too many metrics and properties");
  }

  checkNesting(depth: number): void {
    if (depth > this.#nestingMax) throw new Malformed("nested too deeply");
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function readPayload(reader: Reader, budget: Budget): Payload {
  const metrics: Metric[] = [];
  const payload: Mutable<Payload> = { metrics };
  readFields(reader, reader.len, (tag) => {
    switch (tag) {
      case varint(1):
        payload.timestampMs = readSafeUint64(reader, "timestamp");
        return true;
      case delimited(2):
        metrics.push(readMetric(reader, budget, 0));
        return true;
      case varint(3):
        payload.seq = readSafeUint64(reader, "seq");
        if (payload.seq > 0xff) throw new Malformed("seq is above 255");
        return true;
      case delimited(4):
        payload.uuid = reader.string();
        return true;
      case delimited(5):
        payload.body = readBytes(reader);
        return true;
      default:
        return false;
    }
  });
  return payload;
}

/** In a loop of its own rather than by {@link readMessage}: a metric is what there are most of. */
function readMetric(reader: Reader, budget: Budget, depth: number): Metric {
  budget.spend();
  const metric: Mutable<Metric> = {};
  const end = beginMessage(reader);
  while (reader.pos < end) {
    const tag = nextTag(reader);
    switch (tag) {
      case delimited(1):
        metric.name = reader.string();
        break;
      case varint(2):
        metric.alias = readSafeUint64(reader, "alias");
        break;
      case varint(3):
        metric.timestampMs = readSafeUint64(reader, "timestamp");
        break;
      case varint(4):
        metric.datatype = reader.uint32() as DataType; // A type we do not know is kept as its number.
        break;
      case varint(5):
        metric.isHistorical = reader.bool();
        break;
      case varint(6):
        metric.isTransient = reader.bool();
        break;
      case varint(7):
        metric.isNull = reader.bool();
        break;
      case delimited(9):
        metric.properties = readPropertySet(reader, budget, depth);
        break;
      case delimited(16):
        metric.value = readBytes(reader);
        break;
      case delimited(17):
        metric.value = readDataSet(reader);
        break;
      case delimited(18):
        metric.value = readTemplate(reader, budget, depth + 1);
        break;
      default: {
        const value = readScalar(reader, tag, 10);
        if (value === undefined) skip(reader, tag);
        else metric.value = value;
      }
    }
  }
  endMessage(reader, end);
  if (metric.isNull === true) delete metric.value; // Whoever says both means null: nobody may act on the rest.
  return settled(metric);
}

/** int, long, float, double, boolean and string always stand in this order, from `firstField` on. */
function readScalar(reader: Reader, tag: number, firstField: number): number | bigint | boolean | string | undefined {
  switch (tag) {
    case varint(firstField):
      return reader.uint32();
    case varint(firstField + 1):
      return readUint64(reader);
    case fixed32(firstField + 2):
      return reader.float();
    case fixed64(firstField + 3):
      return reader.double();
    case varint(firstField + 4):
      return reader.bool();
    case delimited(firstField + 5):
      return reader.string();
    default:
      return undefined;
  }
}

/** Gives the value its meaning once all fields are read: the data type may stand after it. */
function settled<T extends { datatype?: DataType; value?: MetricValue }>(metric: T): T {
  if (metric.value !== undefined && metric.datatype !== undefined) {
    metric.value = interpretValue(metric.value, metric.datatype) ?? metric.value;
  }
  return metric;
}

function readPropertySet(reader: Reader, budget: Budget, depth: number): PropertySet {
  budget.checkNesting(depth);
  const keys: string[] = [];
  const values: Property[] = [];
  readMessage(reader, (tag) => {
    if (tag === delimited(1)) {
      budget.spend();
      keys.push(reader.string());
      return true;
    }
    if (tag === delimited(2)) {
      budget.spend();
      values.push(readProperty(reader, budget, depth));
      return true;
    }
    return false;
  });
  if (keys.length !== values.length) throw new Malformed("a property set with more keys than values, or fewer");
  return Object.fromEntries(keys.map((key, i) => [key, values[i] ?? {}]));
}

function readProperty(reader: Reader, budget: Budget, depth: number): Property {
  const property: Mutable<Property> = {};
  readMessage(reader, (tag) => {
    switch (tag) {
      case varint(1):
        property.type = reader.uint32() as DataType;
        return true;
      case varint(2):
        property.isNull = reader.bool();
        return true;
      case delimited(9):
        property.value = readPropertySet(reader, budget, depth + 1);
        return true;
      case delimited(10):
        property.value = readPropertySetList(reader, budget, depth + 1);
        return true;
      default: {
        const value = readScalar(reader, tag, 3);
        if (value === undefined) return false;
        property.value = value;
        return true;
      }
    }
  });
  if (isScalar(property.value) && property.type !== undefined) {
    const interpreted = interpretValue(property.value, property.type);
    if (isScalar(interpreted)) property.value = interpreted;
  }
  return property;
}

const isScalar = (value: unknown): value is number | bigint | boolean | string =>
  value !== undefined && typeof value !== "object";

function readPropertySetList(reader: Reader, budget: Budget, depth: number): readonly PropertySet[] {
  const sets: PropertySet[] = [];
  readMessage(reader, (tag) => {
    if (tag !== delimited(1)) return false;
    budget.spend();
    sets.push(readPropertySet(reader, budget, depth));
    return true;
  });
  return sets;
}

function readTemplate(reader: Reader, budget: Budget, depth: number): Template {
  budget.checkNesting(depth);
  const metrics: Metric[] = [];
  const parameters: TemplateParameter[] = [];
  const template: Mutable<Template> = { metrics, parameters };
  readMessage(reader, (tag) => {
    switch (tag) {
      case delimited(1):
        template.version = reader.string();
        return true;
      case delimited(2):
        metrics.push(readMetric(reader, budget, depth));
        return true;
      case delimited(3):
        budget.spend();
        parameters.push(readParameter(reader));
        return true;
      case delimited(4):
        template.templateRef = reader.string();
        return true;
      case varint(5):
        template.isDefinition = reader.bool();
        return true;
      default:
        return false;
    }
  });
  return template;
}

function readParameter(reader: Reader): TemplateParameter {
  const parameter: Mutable<TemplateParameter> = {};
  readMessage(reader, (tag) => {
    if (tag === delimited(1)) {
      parameter.name = reader.string();
      return true;
    }
    if (tag === varint(2)) {
      parameter.type = reader.uint32() as DataType;
      return true;
    }
    const value = readScalar(reader, tag, 3);
    if (value === undefined) return false;
    parameter.value = value;
    return true;
  });
  if (parameter.value !== undefined && parameter.type !== undefined) {
    const interpreted = interpretValue(parameter.value, parameter.type);
    if (isScalar(interpreted)) parameter.value = interpreted;
  }
  return parameter;
}
