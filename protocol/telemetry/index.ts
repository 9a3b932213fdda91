/**
 * The metric catalogue: one set of names for the wire, the store, the log and the screen. Sparkplug types
 * by name; `class` says what may be thinned when a disk fills (live first, settlement never).
 */
export type MetricType = "Double" | "Int64" | "Boolean" | "String" | "Bytes";
export type MetricClass = "live" | "historian" | "settlement" | "event" | "sync";

export interface MetricDefinition {
  readonly name: string;
  readonly type: MetricType;
  /** Display unit of the SI value on the wire. */
  readonly unit: string;
  readonly class: MetricClass;
  /** A change smaller than this is not worth a message; 0 reports every change. */
  readonly deadband: number;
  readonly text: string;
}

const metric = (
  name: string,
  type: MetricType,
  unit: string,
  metricClass: MetricClass,
  deadband: number,
  text: string,
): MetricDefinition => ({
  name,
  type,
  unit,
  class: metricClass,
  deadband,
  text,
});

/** Metrics of the site itself (Sparkplug edge node). */
export const SITE_METRICS = [
  metric("Power/Grid", "Double", "W", "live", 100, "power at the point of connection, + export"),
  metric("Power/Battery", "Double", "W", "live", 100, "sum of the units, + discharge"),
  metric("Power/Wish", "Double", "W", "live", 0, "what was asked of the batteries"),
  metric("Power/Target", "Double", "W", "live", 0, "what the site made of it after limits and ramp"),
  metric("Power/Min", "Double", "W", "live", 100, "lower end of the interval all limits left"),
  metric("Power/Max", "Double", "W", "live", 100, "upper end of the interval all limits left"),
  metric(
    "Control/Source",
    "String",
    "",
    "live",
    0,
    "whose wish: stop, operator, grid-operator, lease, schedule, fallback, site-default",
  ),
  metric("Control/Because", "String", "", "live", 0, "the limits that shaped the target, comma separated"),
  metric("Control/LeaseSequence", "Int64", "", "live", 0, "sequence of the lease being followed, 0 for none"),
  metric("Energy/SoC", "Double", "1", "live", 0.0005, "state of charge of the available units, capacity weighted"),
  metric("Energy/Capacity", "Double", "Wh", "historian", 0, "usable capacity of the available units"),
  metric("Energy/Discharged", "Double", "Wh", "settlement", 0, "units' AC discharge counters, summed"),
  metric("Energy/Charged", "Double", "Wh", "settlement", 0, "units' AC charge counters, summed"),
  metric("Energy/Exported", "Double", "Wh", "settlement", 0, "meter's export counter"),
  metric("Energy/Imported", "Double", "Wh", "settlement", 0, "meter's import counter"),
  metric("Capability/Charge", "Double", "W", "live", 1000, "largest charge the site could take now, ≥ 0"),
  metric("Capability/Discharge", "Double", "W", "live", 1000, "largest discharge the site could give now, ≥ 0"),
  metric("Capability/Hash", "String", "", "historian", 0, "SHA-256 of the settings the grid and the markets rely on"),
  metric("Units/Available", "Int64", "", "live", 0, "units that are measured, remote and running"),
  metric("Units/Total", "Int64", "", "historian", 0, "units configured"),
  metric("Grid/Frequency", "Double", "Hz", "live", 0.002, "at the meter"),
  metric("Grid/Voltage", "Double", "V", "live", 1, "at the meter, line to neutral"),
  metric("Plant/TransformerTemperature", "Double", "degC", "historian", 0.2, "transformer winding"),
  metric("Plant/BreakerClosed", "Boolean", "", "live", 0, "main breaker"),
  metric(
    "Loop/Cycles",
    "Int64",
    "",
    "live",
    0,
    "control cycles since start; moves every second, so a site that lives is never silent",
  ),
  metric("Loop/Late", "Int64", "", "historian", 0, "cycles that began more than half a period late"),
  metric("Loop/LatenessP99", "Double", "ms", "historian", 0.1, "lateness of the last minute, 99th percentile"),
  metric("Event", "String", "", "event", 0, "one event as JSON: code, level, text, facts"),
  metric("Dispatch/Ack", "String", "", "event", 0, "one lease acknowledgement as JSON"),
] as const satisfies readonly MetricDefinition[];

/** Metrics of one battery unit (Sparkplug device). */
export const UNIT_METRICS = [
  metric("Power", "Double", "W", "historian", 100, "AC power, + discharge"),
  metric("Setpoint", "Double", "W", "historian", 100, "what was last commanded"),
  metric("SoC", "Double", "1", "historian", 0.001, "state of charge"),
  metric("Temperature", "Double", "degC", "historian", 0.5, "hottest cell"),
  metric("State", "String", "", "historian", 0, "running, standby, starting, fault, off or unknown"),
] as const satisfies readonly MetricDefinition[];

/**
 * Store-and-forward on top of Sparkplug: a `Record/Sequence` precedes the metrics of the record it numbers,
 * so one message carries many records and any Sparkplug host still reads the values.
 */
export const RECORD_METRICS = [
  metric("Record/Epoch", "String", "", "sync", 0, "identity of the edge's database"),
  metric("Record/Stream", "String", "", "sync", 0, "settlement, events or telemetry"),
  metric("Record/Sequence", "Int64", "", "sync", 0, "gapless number of the record whose values follow"),
] as const satisfies readonly MetricDefinition[];

/** Commands the site takes (written by the host). */
export const SITE_COMMANDS = [
  metric("Dispatch/Lease", "Bytes", "", "sync", 0, "a signed lease envelope"),
  metric(
    "Sync/Committed",
    "String",
    "",
    "sync",
    0,
    'JSON {"epoch","stream","upTo"}: the host has committed everything up to here',
  ),
] as const satisfies readonly MetricDefinition[];

export type SiteMetricName = (typeof SITE_METRICS)[number]["name"];
export type UnitMetricName = (typeof UNIT_METRICS)[number]["name"];
