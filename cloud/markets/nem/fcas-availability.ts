import { type FcasOffer, isRaise, isRegulation, type Trapezium } from "./fcas.ts";

/** What the operator measures and sets at a unit, MW positive out. */
export interface FcasPlant {
  readonly initialMW: number;
  readonly isAgcOn: boolean;
  /** Where the automatic generation control may move the unit, and how fast. */
  readonly agcMinMW: number;
  readonly agcMaxMW: number;
  readonly agcRampUpMWPerMin: number;
  readonly agcRampDownMWPerMin: number;
  /** Energy availability of the unit, MW. */
  readonly energyMaxAvailMW: number;
}

const DISPATCH_MINUTES = 5;

/**
 * Why a service cannot be enabled at all, or undefined. AEMO, "FCAS Model in NEMDE", pre-conditions for enabling:
 *
 *   maxAvail > 0, some bandAvail > 0, energy maxAvail ≥ enablementMin, enablementMax ≥ 0,
 *   enablementMin ≤ initialMW ≤ enablementMax (else the unit is stranded), regulation only with AGC on.
 */
export function notEnabledBecause(offer: FcasOffer, plant: FcasPlant): string | undefined {
  const { enablementMinMW, enablementMaxMW } = trapeziumInForce(offer, plant);
  if (!(offer.maxAvailMW > 0)) return "max avail is 0";
  if (!offer.bandAvailMW.some((volumeMW) => volumeMW > 0)) return "no band holds volume";
  if (plant.energyMaxAvailMW < enablementMinMW) return "energy availability is below the enablement minimum";
  if (enablementMaxMW < 0 && !isBidirectional(offer.trapezium)) return "the enablement maximum is below 0";
  if (plant.initialMW < enablementMinMW || plant.initialMW > enablementMaxMW)
    return "stranded: outside the enablement limits";
  if (isRegulation(offer.service) && !plant.isAgcOn) return "AGC is off";
  return undefined;
}

/** Contingency trapezia of a battery may lie in consumption altogether. */
const isBidirectional = ({ enablementMinMW }: Trapezium): boolean => enablementMinMW < 0;

/**
 * How much of a service goes with an energy target, MW: the height of the trapezium there.
 *
 *   upper slope = (enablementMax − highBreakpoint) / maxAvail     lower slope = (lowBreakpoint − enablementMin) / maxAvail
 *   raise and lower alike:  E + upper × F ≤ enablementMax         E − lower × F ≥ enablementMin
 */
export function availableMW(offer: FcasOffer, energyMW: number, plant: FcasPlant): number {
  if (notEnabledBecause(offer, plant) !== undefined) return 0;
  const trapezium = trapeziumInForce(offer, plant);
  const { upperSlope, lowerSlope } = slopesOf(trapezium, offer.maxAvailMW);
  const fromAbove = room(trapezium.enablementMaxMW - energyMW, upperSlope);
  const fromBelow = room(energyMW - trapezium.enablementMinMW, lowerSlope);
  return Math.max(0, Math.min(maxAvailInForce(offer, plant), fromAbove, fromBelow));
}

/** What is enabled besides one service, for the joint constraints. */
export interface EnabledService {
  readonly offer: FcasOffer;
  readonly enabledMW: number;
}

/**
 * Which joint constraint an energy target and the services enabled with it break, in AEMO's words; empty when none.
 *
 *   joint ramping     E + RREG ≤ initial + rampUp × 5           E − LREG ≥ initial − rampDown × 5
 *   joint capacity    E + upper × C + RREG ≤ enablementMax      E − lower × C − LREG ≥ enablementMin    (each contingency C)
 *   energy and reg.   E + upper × REG ≤ enablementMax           E − lower × REG ≥ enablementMin
 */
export function brokenJointConstraints(
  energyMW: number,
  enabled: readonly EnabledService[],
  plant: FcasPlant,
): readonly string[] {
  const raiseRegMW = sumOf(enabled, (service) => service === "RAISEREG");
  const lowerRegMW = sumOf(enabled, (service) => service === "LOWERREG");
  const broken: string[] = [];
  if (energyMW + raiseRegMW > plant.initialMW + plant.agcRampUpMWPerMin * DISPATCH_MINUTES + CLOSE)
    broken.push("joint ramping, raise");
  if (energyMW - lowerRegMW < plant.initialMW - plant.agcRampDownMWPerMin * DISPATCH_MINUTES - CLOSE) {
    broken.push("joint ramping, lower");
  }
  for (const { offer, enabledMW } of enabled) {
    if (enabledMW === 0) continue;
    const { service } = offer;
    const trapezium = trapeziumInForce(offer, plant);
    const { upperSlope, lowerSlope } = slopesOf(trapezium, offer.maxAvailMW);
    const regulationAboveMW = isRegulation(service) ? 0 : raiseRegMW;
    const regulationBelowMW = isRegulation(service) ? 0 : lowerRegMW;
    if (energyMW + upperSlope * enabledMW + regulationAboveMW > trapezium.enablementMaxMW + CLOSE)
      broken.push(`joint capacity above, ${service}`);
    if (energyMW - lowerSlope * enabledMW - regulationBelowMW < trapezium.enablementMinMW - CLOSE)
      broken.push(`joint capacity below, ${service}`);
  }
  return broken;
}

/** Regulation lives inside the AGC's own limits; contingency trapezia of scheduled units are taken as offered. */
export function trapeziumInForce({ service, trapezium }: FcasOffer, plant: FcasPlant): Trapezium {
  if (!isRegulation(service)) return trapezium;
  const { enablementMinMW, lowBreakpointMW, highBreakpointMW, enablementMaxMW } = trapezium;
  const raisedMW = Math.max(0, plant.agcMinMW - enablementMinMW);
  const loweredMW = Math.max(0, enablementMaxMW - plant.agcMaxMW);
  return {
    enablementMinMW: enablementMinMW + raisedMW,
    lowBreakpointMW: lowBreakpointMW + raisedMW,
    highBreakpointMW: highBreakpointMW - loweredMW,
    enablementMaxMW: enablementMaxMW - loweredMW,
  };
}

function maxAvailInForce({ service, maxAvailMW }: FcasOffer, plant: FcasPlant): number {
  if (!isRegulation(service)) return maxAvailMW;
  const rampMWPerMin = isRaise(service) ? plant.agcRampUpMWPerMin : plant.agcRampDownMWPerMin;
  return Math.min(maxAvailMW, rampMWPerMin * DISPATCH_MINUTES);
}

const slopesOf = (trapezium: Trapezium, maxAvailMW: number) => ({
  upperSlope: maxAvailMW > 0 ? (trapezium.enablementMaxMW - trapezium.highBreakpointMW) / maxAvailMW : 0,
  lowerSlope: maxAvailMW > 0 ? (trapezium.lowBreakpointMW - trapezium.enablementMinMW) / maxAvailMW : 0,
});

/** Outside the enablement limits there is nothing; with a vertical side there is all of it up to the limit. */
const room = (distanceMW: number, slope: number): number =>
  distanceMW < 0 ? 0 : slope > 0 ? distanceMW / slope : Number.POSITIVE_INFINITY;

const sumOf = (enabled: readonly EnabledService[], is: (service: string) => boolean): number =>
  enabled.reduce((total, { offer, enabledMW }) => (is(offer.service) ? total + enabledMW : total), 0);

const CLOSE = 1e-6;
