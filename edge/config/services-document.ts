import { Hz, MW, seconds } from "@penstock/protocol/units";
import { z } from "zod";
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
  z.strictObject({ kind: z.literal(kind), name, contractedMW: positive });

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
    default:
      return { type: "curve", name, contractedW: MW(document.contractedMW), rule: CURVES[document.kind] };
  }
}

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
