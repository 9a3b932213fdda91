import type { SiteConfig } from "../config/site-config.ts";
import type { PowerInterval } from "../control/image.ts";
import type { LimitedSide } from "./northbound-config.ts";
import { SETPOINT_S_MAX, SETPOINT_S_MIN } from "./setpoint-write.ts";
import { fact, type NorthboundView, type SiteNode } from "./site-node.ts";

/** What the grid operator has said, and where it is granted may say: its limits and its set-point, below `Site/GridOperator`. */
export function gridOperatorNodes({ control, northbound }: SiteConfig): readonly SiteNode[] {
  const { exportWMax, importWMax } = control.connection;
  const granted = (side: LimitedSide) => northbound?.opcUa?.grantLimits.includes(side) ?? false;
  return [
    ...limitNodes("Export", granted("export"), exportWMax, ({ powerWMax }) => powerWMax),
    ...limitNodes("Import", granted("import"), importWMax, ({ powerWMin }) => -powerWMin),
    ...setpointNodes(northbound?.opcUa?.grantSetpoint ?? false, [-importWMax, exportWMax]),
  ];
}

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
