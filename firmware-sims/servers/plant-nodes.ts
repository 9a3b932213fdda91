import { AttributeIds, DataType, DataValue, type OPCUAServer, StatusCodes, type UAVariable, Variant } from "node-opcua";
import type { PlantController, PlantNodes, PlantPath } from "../devices/plant-controller.ts";

export interface PlantNodesOptions {
  readonly plantController: PlantController;
  /** Stamps the values: when the plant was last looked at, UTC ms. */
  readonly nowMs: () => number;
}

export const siteNamespace = "urn:penstock:site";

/** The plant controller's read-only nodes, `s=Plant/…` in {@link siteNamespace}; other namespaces may come before it. */
export function addPlantNodes(server: OPCUAServer, options: PlantNodesOptions, namespacesBefore: number): void {
  const addressSpace = server.engine.addressSpace;
  if (!addressSpace) throw new Error("an initialised OPC UA server has an address space");
  for (let index = 1; index <= namespacesBefore; index++) addressSpace.registerNamespace(`urn:penstock:other-${index}`);
  const namespace = addressSpace.registerNamespace(siteNamespace);
  const plant = namespace.addObject({
    browseName: "Plant",
    nodeId: "s=Plant",
    organizedBy: addressSpace.rootFolder.objects,
  });
  const stamps = new Stamps(options);
  for (const [path, dataType, description] of plantNodeRows) {
    const variable = namespace.addVariable({
      componentOf: plant,
      browseName: path.slice("Plant/".length),
      nodeId: `s=${path}`,
      description,
      dataType,
      minimumSamplingInterval: 50,
      accessLevel: "CurrentRead",
      userAccessLevel: "CurrentRead",
      value: { timestamped_get: () => dataValue(options.plantController, stamps, path, dataType) },
    });
    stampByServer(variable, () => new Date(stamps.now().serverMs));
  }
}

type PlantNodeRow = readonly [path: PlantPath, dataType: DataType, description: string];

const plantNodeRows: readonly PlantNodeRow[] = [
  ["Plant/Manufacturer", DataType.String, "Who built the plant controller"],
  ["Plant/Model", DataType.String, "Its model"],
  ["Plant/SerialNumber", DataType.String, "Its serial number"],
  ["Plant/BreakerClosed", DataType.Boolean, "Breaker at the point of connection"],
  ["Plant/TransformerTemperature", DataType.Double, "Transformer oil, °C"],
  ["Plant/GridOperatorLimitActive", DataType.Boolean, "The grid operator limits the site now"],
  ["Plant/GridOperatorLimitMin", DataType.Double, "Least power at the point of connection, W, + export"],
  ["Plant/GridOperatorLimitMax", DataType.Double, "Greatest power at the point of connection, W, + export"],
  ["Plant/GridOperatorSetpointActive", DataType.Boolean, "The grid operator commands the site's power now"],
  ["Plant/GridOperatorSetpoint", DataType.Double, "Commanded power at the point of connection, W, + export"],
  ["Plant/RegulationSetpoint", DataType.Double, "Regulation around the site's baseline, W, + out"],
  ["Plant/RegulationCounter", DataType.UInt32, "Moves each time the regulation set-point is renewed"],
  ["Plant/Heartbeat", DataType.UInt32, "Counts seconds, resets daily"],
];

/** A silent controller's values are BadNoCommunication, as a gateway in front of it would report them. */
function dataValue(controller: PlantController, stamps: Stamps, path: PlantPath, dataType: DataType): DataValue {
  const value: PlantNodes[PlantPath] | undefined = controller.read(path);
  const sourceTimestamp = new Date(stamps.now().sourceMs);
  if (value === undefined) return new DataValue({ statusCode: StatusCodes.BadNoCommunication, sourceTimestamp });
  return new DataValue({
    value: new Variant({ dataType, value }),
    statusCode: StatusCodes[controller.trouble.quality],
    sourceTimestamp,
  });
}

/** The library stamps every answer with its own clock, and over whatever is older than that; the plant's may be a wrong one. */
function stampByServer(variable: UAVariable, serverTime: () => Date): void {
  const read = variable.readAttribute.bind(variable);
  variable.readAttribute = (context, attributeId, ...rest) => {
    const answer = read(context, attributeId, ...rest);
    if (attributeId !== AttributeIds.Value) return answer;
    const stamped = answer.clone();
    const serverTimestamp = serverTime();
    return Object.defineProperty(stamped, "serverTimestamp", { get: () => serverTimestamp, set: () => {} });
  };
}

/** The times a value bears, as the controller's trouble has them; a clock that stands still does so from its first answer on. */
class Stamps {
  readonly #options: PlantNodesOptions;
  #sourceStoodMs: number | undefined;
  #serverStoodMs: number | undefined;

  constructor(options: PlantNodesOptions) {
    this.#options = options;
  }

  now(): { readonly sourceMs: number; readonly serverMs: number } {
    const { plantController, nowMs } = this.#options;
    const { clockOffMs, stamps } = plantController.trouble;
    const realMs = nowMs() + clockOffMs;
    this.#sourceStoodMs = stamps === "moving" ? undefined : (this.#sourceStoodMs ?? realMs);
    this.#serverStoodMs = stamps === "all-stand" ? (this.#serverStoodMs ?? realMs) : undefined;
    return { sourceMs: this.#sourceStoodMs ?? realMs, serverMs: this.#serverStoodMs ?? realMs };
  }
}
