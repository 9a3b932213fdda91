import { Hz, kvar, kW, MW, minutes, seconds, V, WPerS } from "@penstock/protocol/units";
import * as z from "zod";
import {
  aemoDroop,
  aemoDroopSources,
  type CurveRule,
  type DroopSettings,
  droopRule,
  ercotDroop,
  ercotDroopSources,
  ercotFfr,
  fcasDelayedLower,
  fcasDelayedRaise,
  fcasFastLower,
  fcasFastRaise,
  fcasSlowLower,
  fcasSlowRaise,
  fcasSwitchedRaise,
  fcasVeryFastLower,
  fcasVeryFastRaise,
  fcr,
  ieee1547Droop,
  ieee1547Sources,
  nesoDcHigh,
  nesoDcLow,
  nesoDmHigh,
  nesoDmLow,
  nesoDrHigh,
  nesoDrLow,
  nordicFfr,
  openLoop,
  type Service,
  type SwitchedRule,
} from "../control/services/index.ts";

/**
 * `services:` of a site's file: a list of contracts, each by its `kind`. Powers are sizes; which way they go is the
 * rule's. `name` is what `why` calls it, where one kind is contracted twice.
 */
const positive = z.number().positive();
const name = z.string().min(1).max(64).optional();

/** Rules without anything to set. */
const CURVES = {
  nesoDcLow,
  nesoDcHigh,
  nesoDmLow,
  nesoDmHigh,
  nesoDrLow,
  nesoDrHigh,
  fcr,
  fcasVeryFastRaise,
  fcasVeryFastLower,
  fcasFastRaise,
  fcasFastLower,
  fcasSlowRaise,
  fcasSlowLower,
  fcasDelayedRaise,
  fcasDelayedLower,
} as const satisfies Readonly<Record<string, CurveRule>>;

const curve = <K extends keyof typeof CURVES>(kind: K) =>
  z.strictObject({
    kind: z.literal(kind),
    name,
    contractedMW: positive,
    /** `lease`: off unless a lease names it, as of a market that buys it interval by interval. */
    armedBy: z.enum(["contract", "lease"]).default("contract"),
  });

/** Of a droop the whole rating answers; what the grid code leaves to be set may be set. */
const droop = <K extends string>(kind: K) =>
  z.strictObject({
    kind: z.literal(kind),
    name,
    ratingMW: positive,
    /** Where the code is used on a grid of another frequency. */
    nominalHz: z.union([z.literal(50), z.literal(60)]).optional(),
    /** 0.05 is 5 %. */
    droop: z.number().min(0.001).max(0.2).optional(),
    deadbandHz: z.number().nonnegative().max(1).optional(),
    /** Nine tenths of a step in so long, first order. */
    openLoopS: z.number().min(0.2).max(10).optional(),
  });

const points = z
  .array(z.tuple([z.number().min(0.5).max(1.5), z.number().min(-1).max(1)]))
  .min(2)
  .max(20)
  .refine(isFalling, "must go on in voltage and never rise");

function isFalling(curve: readonly (readonly [number, number])[]): boolean {
  return curve.every(([x, y], index) => {
    const [beforeX, beforeY] = curve[index - 1] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    return x > beforeX && y <= beforeY;
  });
}

/** IEEE 1547-2018 category B defaults, scaled so that the ends are the whole contract. Unverified here. */
const VOLT_VAR: [number, number][] = [
  [0.92, 1],
  [0.98, 0],
  [1.02, 0],
  [1.08, -1],
];
/** IEEE 1547-2018 defaults: full power to 1.06, a fifth from 1.10 on. Unverified here. */
const VOLT_WATT: [number, number][] = [
  [1.06, 1],
  [1.1, 0.2],
];

export const serviceDocument = z.discriminatedUnion("kind", [
  curve("nesoDcLow"),
  curve("nesoDcHigh"),
  curve("nesoDmLow"),
  curve("nesoDmHigh"),
  curve("nesoDrLow"),
  curve("nesoDrHigh"),
  curve("fcr"),
  curve("fcasVeryFastRaise"),
  curve("fcasVeryFastLower"),
  curve("fcasFastRaise"),
  curve("fcasFastLower"),
  curve("fcasSlowRaise"),
  curve("fcasSlowLower"),
  curve("fcasDelayedRaise"),
  curve("fcasDelayedLower"),
  z.strictObject({
    kind: z.literal("fcasSwitchedRaise"),
    name,
    contractedMW: positive,
    triggerHz: z.number().min(49.5).max(49.8),
  }),
  droop("ieee1547Droop"),
  droop("aemoDroop"),
  droop("ercotDroop"),
  z.strictObject({
    kind: z.literal("nordicFfr"),
    name,
    contractedMW: positive,
    activationHz: z.union([z.literal(49.5), z.literal(49.6), z.literal(49.7)]),
    support: z.enum(["short", "long"]),
  }),
  z.strictObject({ kind: z.literal("ercotFfr"), name, contractedMW: positive }),
  z.strictObject({
    kind: z.literal("agc"),
    name,
    contractedMW: positive,
    /** The whole contract one way within so long. */
    fullInS: positive.max(600).default(10),
    /** Set-points come every 2 to 4 s: three of them missed. */
    staleAfterS: positive.max(60).default(12),
    /** NPRR1282: half an hour of energy for regulation. */
    durationMin: z.number().nonnegative().max(240).default(30),
  }),
  z.strictObject({
    kind: z.literal("peakShaving"),
    name,
    importMaxMW: z.number().nonnegative(),
    trimKW: z.number().nonnegative(),
  }),
  z.strictObject({
    kind: z.literal("selfConsumption"),
    name,
    gridPowerKW: z.number().default(0),
    trimKW: z.number().nonnegative(),
  }),
  z.strictObject({
    kind: z.literal("voltVar"),
    name,
    contractedMvar: positive,
    /** Line to neutral, as the meter gives it. */
    nominalV: positive,
    /** [voltage per unit, part of contractedMvar], voltage ascending, reactive power falling. */
    curve: points.default(VOLT_VAR),
    openLoopS: positive.max(90).default(5),
  }),
  z.strictObject({
    kind: z.literal("voltWatt"),
    name,
    nominalV: positive,
    /** [voltage per unit, part of the units' discharge rating]. */
    curve: points.default(VOLT_WATT),
    openLoopS: positive.max(60).default(10),
  }),
  z.strictObject({
    kind: z.literal("fixedPowerFactor"),
    name,
    powerFactor: z.number().min(0.5).max(1),
    excitation: z.enum(["over", "under"]),
  }),
  z.strictObject({ kind: z.literal("fixedReactive"), name, reactiveMvar: z.number() }),
]);

export type ServiceDocument = z.output<typeof serviceDocument>;

/** A contract as the control core takes it: the rule in full, so that a recording needs no other source. */
export function toService(document: ServiceDocument): Service {
  const name = document.name ?? document.kind;
  switch (document.kind) {
    case "ieee1547Droop":
      return droopService(name, document, ieee1547Droop, ieee1547Sources, "IEEE 1547 droop");
    case "aemoDroop":
      return droopService(name, document, aemoDroop, aemoDroopSources, "AEMO droop");
    case "ercotDroop":
      return droopService(name, document, ercotDroop, ercotDroopSources, "ERCOT droop");
    case "nordicFfr":
      return switched(name, document.contractedMW, nordicFfr(Hz(document.activationHz), document.support));
    case "ercotFfr":
      return switched(name, document.contractedMW, ercotFfr);
    case "fcasSwitchedRaise":
      return switched(name, document.contractedMW, fcasSwitchedRaise(Hz(document.triggerHz)));
    case "agc": {
      const contractedW = MW(document.contractedMW);
      return {
        type: "agc",
        name,
        contractedW,
        rampWPerS: WPerS(contractedW / document.fullInS),
        staleAfterMs: seconds(document.staleAfterS),
        durationMs: minutes(document.durationMin),
      };
    }
    case "peakShaving":
      return { type: "peak-shaving", name, importWMax: MW(document.importMaxMW), trimWMax: kW(document.trimKW) };
    case "selfConsumption":
      return { type: "self-consumption", name, gridPowerW: kW(document.gridPowerKW), trimWMax: kW(document.trimKW) };
    case "voltVar": {
      const { contractedMvar, nominalV, curve, openLoopS } = document;
      return {
        type: "volt-var",
        name,
        contractedVar: kvar(1e3 * contractedMvar),
        nominalV: V(nominalV),
        curve,
        shape: lag(openLoopS),
      };
    }
    case "voltWatt":
      return {
        type: "volt-watt",
        name,
        nominalV: V(document.nominalV),
        curve: document.curve,
        shape: lag(document.openLoopS),
      };
    case "fixedPowerFactor":
      return { type: "fixed-power-factor", name, powerFactor: document.powerFactor, excitation: document.excitation };
    case "fixedReactive":
      return { type: "fixed-reactive", name, reactiveVar: kvar(1e3 * document.reactiveMvar) };
    default:
      return {
        type: "curve",
        name,
        contractedW: MW(document.contractedMW),
        rule: CURVES[document.kind],
        ...(document.armedBy === "lease" && { armedByLease: true }),
      };
  }
}

const lag = (openLoopS: number) => ({ form: "lag" as const, openLoopMs: seconds(openLoopS) });

const switched = (name: string, contractedMW: number, rule: SwitchedRule): Service => ({
  type: "switched",
  name,
  contractedW: MW(contractedMW),
  rule,
});

function droopService(
  name: string,
  document: Extract<ServiceDocument, { readonly ratingMW: number }>,
  defaults: DroopSettings,
  sources: CurveRule["sources"],
  title: string,
): Service {
  const { ratingMW, nominalHz, droop, deadbandHz, openLoopS } = document;
  const rule = droopRule(title, sources, {
    nominalHz: nominalHz === undefined ? defaults.nominalHz : Hz(nominalHz),
    droop: droop ?? defaults.droop,
    deadbandHz: deadbandHz ?? defaults.deadbandHz,
    response: openLoopS === undefined ? defaults.response : openLoop(seconds(openLoopS)),
  });
  return { type: "curve", name, contractedW: MW(ratingMW), rule };
}
