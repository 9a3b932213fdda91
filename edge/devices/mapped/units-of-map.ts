/** What a number of a map is, and how much of our own unit one of it is. */
export const MAP_UNITS = {
  W: { kind: "power", factor: 1 },
  kW: { kind: "power", factor: 1e3 },
  MW: { kind: "power", factor: 1e6 },
  var: { kind: "reactive power", factor: 1 },
  kvar: { kind: "reactive power", factor: 1e3 },
  Mvar: { kind: "reactive power", factor: 1e6 },
  Wh: { kind: "energy", factor: 1 },
  kWh: { kind: "energy", factor: 1e3 },
  MWh: { kind: "energy", factor: 1e6 },
  V: { kind: "voltage", factor: 1 },
  kV: { kind: "voltage", factor: 1e3 },
  mV: { kind: "voltage", factor: 1e-3 },
  Hz: { kind: "frequency", factor: 1 },
  C: { kind: "temperature", factor: 1 },
  "%": { kind: "fraction", factor: 0.01 },
  fraction: { kind: "fraction", factor: 1 },
  s: { kind: "time", factor: 1 },
  ms: { kind: "time", factor: 1e-3 },
  code: { kind: "code", factor: 1 },
} as const;

export type MapUnit = keyof typeof MAP_UNITS;
export type MapKind = (typeof MAP_UNITS)[MapUnit]["kind"];
