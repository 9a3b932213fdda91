/** What a plant controller shows, by browse path. Powers in W at the point of connection, + export. */
export interface PlantNodes {
  readonly "Plant/Manufacturer": string;
  readonly "Plant/Model": string;
  readonly "Plant/SerialNumber": string;
  "Plant/BreakerClosed": boolean;
  /** °C. */
  "Plant/TransformerTemperature": number;
  /** Whether the grid operator limits the site now; without it the two limits are the connection's own. */
  "Plant/GridOperatorLimitActive": boolean;
  "Plant/GridOperatorLimitMin": number;
  "Plant/GridOperatorLimitMax": number;
  /** Whether the grid operator commands the site's power now, and which, W at the point of connection. */
  "Plant/GridOperatorSetpointActive": boolean;
  "Plant/GridOperatorSetpoint": number;
  /** The operator's regulation set-point around the site's baseline, W, + out; the counter moves at each renewal. */
  "Plant/RegulationSetpoint": number;
  "Plant/RegulationCounter": number;
  /** Counts seconds; resets to zero once a day. */
  "Plant/Heartbeat": number;
}

export type PlantPath = keyof PlantNodes;

/** The paths that change while the plant runs. */
export const livePlantPaths = [
  "Plant/BreakerClosed",
  "Plant/TransformerTemperature",
  "Plant/GridOperatorLimitActive",
  "Plant/GridOperatorLimitMin",
  "Plant/GridOperatorLimitMax",
  "Plant/GridOperatorSetpointActive",
  "Plant/GridOperatorSetpoint",
  "Plant/RegulationSetpoint",
  "Plant/RegulationCounter",
  "Plant/Heartbeat",
] as const satisfies readonly PlantPath[];

/** What its values' status may be, by OPC UA's names. */
export const plantQualities = ["Good", "BadSensorFailure", "UncertainLastUsableValue"] as const;
export type PlantQuality = (typeof plantQualities)[number];

export interface PlantTrouble {
  silent: boolean;
  /** Of every value it still shows. */
  quality: PlantQuality;
  /** Which of the times its values bear stand still. */
  stamps: "moving" | "source-stands" | "all-stand";
  /** How far its clock is ahead of the world's. */
  clockOffMs: number;
}

export const noPlantTrouble: Readonly<PlantTrouble> = {
  silent: false,
  quality: "Good",
  stamps: "moving",
  clockOffMs: 0,
};

/** The site's own controller: breaker, transformer, and the grid operator's wishes. Read over OPC UA or in process. */
export class PlantController {
  readonly id: string;
  readonly #nodes: PlantNodes;
  readonly trouble: PlantTrouble = { ...noPlantTrouble };
  #frozen: PlantNodes | undefined;
  #isBeating = false;
  #startedMs = 0;
  #nowMs = 0;

  constructor(id: string, connectionLimitW: { readonly min: number; readonly max: number }) {
    this.id = id;
    this.#nodes = {
      "Plant/Manufacturer": "Penstock Simulators",
      "Plant/Model": "Plant-1",
      "Plant/SerialNumber": `SIM-${id}`,
      "Plant/BreakerClosed": true,
      "Plant/TransformerTemperature": 20,
      "Plant/GridOperatorLimitActive": false,
      "Plant/GridOperatorLimitMin": connectionLimitW.min,
      "Plant/GridOperatorLimitMax": connectionLimitW.max,
      "Plant/GridOperatorSetpointActive": false,
      "Plant/GridOperatorSetpoint": 0,
      "Plant/RegulationSetpoint": 0,
      "Plant/RegulationCounter": 0,
      "Plant/Heartbeat": 0,
    };
  }

  /** A node's value now; undefined when the controller does not answer. */
  read<P extends PlantPath>(path: P): PlantNodes[P] | undefined {
    if (this.trouble.silent) return undefined;
    const isLive = this.#isBeating && path === "Plant/Heartbeat";
    return (isLive ? this.#nodes : (this.#frozen ?? this.#nodes))[path];
  }

  /** The controller's own picture, refreshed once a step. */
  tick(nowMs: number, breakerClosed: boolean, transformerTemperatureC: number): void {
    this.#nowMs = nowMs;
    this.#nodes["Plant/BreakerClosed"] = breakerClosed;
    this.#nodes["Plant/TransformerTemperature"] = transformerTemperatureC;
    this.#nodes["Plant/Heartbeat"] = Math.floor((nowMs - this.#startedMs) / 1000) % 86_400;
  }

  showGridOperatorLimit(isActive: boolean, powerWMin: number, powerWMax: number): void {
    this.#nodes["Plant/GridOperatorLimitActive"] = isActive;
    this.#nodes["Plant/GridOperatorLimitMin"] = powerWMin;
    this.#nodes["Plant/GridOperatorLimitMax"] = powerWMax;
  }

  /** The operator commands the site's power at the point of connection; undefined: nothing any more. */
  command(powerW: number | undefined): void {
    this.#nodes["Plant/GridOperatorSetpointActive"] = powerW !== undefined;
    this.#nodes["Plant/GridOperatorSetpoint"] = powerW ?? 0;
  }

  /** The operator renews its regulation set-point. */
  regulate(powerW: number): void {
    this.#nodes["Plant/RegulationSetpoint"] = powerW;
    this.#nodes["Plant/RegulationCounter"] = (this.#nodes["Plant/RegulationCounter"] + 1) % 65_536;
  }

  /** Its programme starts again. The operator's limit is latched in the controller and survives. */
  restart(): void {
    this.#startedMs = this.#nowMs;
  }

  freeze(how: "whole" | "heartbeat-live" = "whole"): void {
    this.#frozen = { ...this.#nodes };
    this.#isBeating = how === "heartbeat-live";
  }

  thaw(): void {
    this.#frozen = undefined;
  }
}
