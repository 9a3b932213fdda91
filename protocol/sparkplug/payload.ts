import { DataType } from "./data-type.ts";

/** One Sparkplug B message body. Times are UTC milliseconds. What is absent here is absent on the wire. */
export interface Payload {
  readonly timestampMs?: number;
  /** 0..255; absent in NDEATH, NCMD and DCMD. */
  readonly seq?: number;
  readonly metrics: readonly Metric[];
  readonly uuid?: string;
  readonly body?: Uint8Array;
}

export interface Metric {
  readonly name?: string;
  readonly alias?: number;
  readonly timestampMs?: number;
  readonly datatype?: DataType;
  readonly isHistorical?: boolean;
  readonly isTransient?: boolean;
  /** A null has no value. */
  readonly isNull?: boolean;
  readonly value?: MetricValue;
  readonly properties?: PropertySet;
}

/**
 * A value as its data type makes it: numbers for integers and floats, `bigint` for 64-bit integers no number
 * holds exactly, arrays for the array types. Without a data type, as on every alias-only data message, an
 * integer is still the unsigned word of the wire and an array still bytes: `interpretValue` settles both.
 */
export type MetricValue = Scalar | Uint8Array | readonly Scalar[] | DataSet | Template;
export type Scalar = number | bigint | boolean | string;

export type PropertySet = Readonly<Record<string, Property>>;

export interface Property {
  readonly type?: DataType;
  readonly isNull?: boolean;
  readonly value?: Scalar | PropertySet | readonly PropertySet[];
}

export interface DataSet {
  readonly columns: readonly string[];
  readonly types: readonly DataType[];
  /** Undefined where a cell has no value. */
  readonly rows: readonly (readonly (Scalar | undefined)[])[];
}

export interface Template {
  readonly version?: string;
  readonly templateRef?: string;
  readonly isDefinition?: boolean;
  readonly metrics: readonly Metric[];
  readonly parameters: readonly TemplateParameter[];
}

export interface TemplateParameter {
  readonly name?: string;
  readonly type?: DataType;
  readonly value?: Scalar;
}

/** The three qualities a metric may carry as a property. */
export const quality = { bad: qualityProperty(0), good: qualityProperty(192), stale: qualityProperty(500) } as const;

function qualityProperty(code: 0 | 192 | 500): PropertySet {
  return { Quality: { type: DataType.Int32, value: code } };
}
