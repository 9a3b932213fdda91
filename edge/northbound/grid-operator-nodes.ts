import { VA } from "@penstock/protocol/units";
import type { SiteConfig } from "../config/site-config.ts";
import type { PowerInterval } from "../control/image.ts";
import type { LimitedSide } from "./northbound-config.ts";
import { SETPOINT_S_MAX, SETPOINT_S_MIN } from "./setpoint-write.ts";
import { fact, type NorthboundView, type SiteNode } from "./site-node.ts";

/** What the grid operator has said, and where it is granted may say: its limits and its set-point, below `Site/GridOperator`. */
export function gridOperatorNodes(site: SiteConfig): readonly SiteNode[] {
  const { control, northbound } = site;
  const { exportWMax, importWMax } = control.connection;
  const granted = (side: LimitedSide) => northbound?.opcUa?.grantLimits.includes(side) ?? false;
  return [
    ...limitNodes("Export", granted("export"), exportWMax, ({ powerWMax }) => powerWMax),
    ...limitNodes("Import", granted("import"), importWMax, ({ powerWMin }) => -powerWMin),
    ...setpointNodes(northbound?.opcUa?.grantSetpoint ?? false, [-importWMax, exportWMax]),
    ...reactiveNodes(northbound?.opcUa?.grantReactive ?? false, apparentVAMax(site)),
  ];
}

/** What all units can carry together. */
export const apparentVAMax = ({ units }: SiteConfig): VA => VA(sum(units.map(({ rating }) => rating.apparentVAMax)));

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The grid operator's limit on one side, as a size ≥ 0. While there is none, its figure is the connection's own. */
function limitNodes(
  side: "Export" | "Import",
  isGranted: boolean,
  widestW: number,
  sizeOf: (limitW: PowerInterval) => number,
): readonly SiteNode[] {
  const inForce = ({ latches, site }: NorthboundView): number => {
    const fromPlant = site?.plant?.gridOperatorLimitW;
    const plantW = fromPlant !== undefined && fromPlant.quality !== "missing" ? sizeOf(fromPlant.value) : Infinity;
    return Math.min(plantW, latches.gridOperatorLimitW === undefined ? Infinity : sizeOf(latches.gridOperatorLimitW));
  };
  const about = `The grid operator's ${side.toLowerCase()} limit at the point of connection`;
  return [
    fact(
      `GridOperator/${side}Limit`,
      "Double",
      `${about}, W; written, it is in force`,
      (view) => Math.min(widestW, inForce(view)),
      { unit: "W", range: [0, widestW], isGranted },
    ),
    fact(
      `GridOperator/${side}LimitActive`,
      "Boolean",
      `${about} is in force; written false, it is lifted`,
      (view) => Number.isFinite(inForce(view)),
      { isGranted },
    ),
  ];
}

/** While nothing is commanded the figure has no value: 0 W would be a command. */
function setpointNodes(isGranted: boolean, range: readonly [number, number]): readonly SiteNode[] {
  const held = ({ latches, monotonicMs }: NorthboundView) => {
    const { gridOperatorSetpoint: setpoint } = latches;
    return setpoint !== undefined && monotonicMs < setpoint.expiresMonotonicMs ? setpoint : undefined;
  };
  const about = "The power commanded at the point of connection";
  return [
    fact(
      "GridOperator/Setpoint",
      "Double",
      `${about}, W, + export; written, it is in force for SetpointTime`,
      (view) => held(view)?.powerW,
      { unit: "W", range, isGranted },
    ),
    fact(
      "GridOperator/SetpointActive",
      "Boolean",
      `${about} is in force; true renews it, false ends it`,
      (view) => held(view) !== undefined,
      { isGranted },
    ),
    fact(
      "GridOperator/SetpointTime",
      "Double",
      "How long a set-point holds after its last write, s",
      ({ setpointForMs }) => setpointForMs / 1_000,
      { unit: "s", range: [SETPOINT_S_MIN, SETPOINT_S_MAX], isGranted },
    ),
    fact(
      "GridOperator/SetpointRemaining",
      "Double",
      "How long it holds from now unless it is written again, s",
      (view) => Math.max(0, ((held(view)?.expiresMonotonicMs ?? view.monotonicMs) - view.monotonicMs) / 1_000),
      { unit: "s", range: [0, SETPOINT_S_MAX] },
    ),
  ];
}

/** Vars or a power factor, the last that was written; the other has no value meanwhile, nor both while none is commanded. */
function reactiveNodes(isGranted: boolean, mostVA: number): readonly SiteNode[] {
  const held = ({ latches, monotonicMs }: NorthboundView) => {
    const { gridOperatorReactive: command } = latches;
    return command !== undefined && monotonicMs < command.expiresMonotonicMs ? command : undefined;
  };
  return [
    fact(
      "GridOperator/ReactiveSetpoint",
      "Double",
      "The vars commanded at the point of connection, + injects; written, they are in force for SetpointTime",
      (view) => {
        const command = held(view);
        return command?.kind === "reactive" ? command.reactiveVar : undefined;
      },
      { unit: "var", range: [-mostVA, mostVA], isGranted },
    ),
    fact(
      "GridOperator/PowerFactorSetpoint",
      "Double",
      "The power factor commanded there, 0.5 to 1, + over-excited (injects), - under-excited; written, it is in force for SetpointTime",
      (view) => {
        const command = held(view);
        if (command?.kind !== "power-factor") return undefined;
        return command.excitation === "over" ? command.powerFactor : -command.powerFactor;
      },
      { range: [-1, 1], isGranted },
    ),
    fact(
      "GridOperator/ReactiveSetpointActive",
      "Boolean",
      "One of the two is in force; true renews it, false ends it",
      (view) => held(view) !== undefined,
      { isGranted },
    ),
    fact(
      "GridOperator/ReactiveSetpointRemaining",
      "Double",
      "How long it holds from now unless it is written again, s",
      (view) => Math.max(0, ((held(view)?.expiresMonotonicMs ?? view.monotonicMs) - view.monotonicMs) / 1_000),
      { unit: "s", range: [0, SETPOINT_S_MAX] },
    ),
  ];
}
