import type { Clock } from "@penstock/protocol/time";
import type { MonotonicMs } from "@penstock/protocol/units";
import {
  DataType,
  DataValue,
  PermissionFlag,
  type StatusCode,
  StatusCodes,
  Variant,
  VariantArrayType,
  WellKnownRoles,
} from "node-opcua-client";
import type { OPCUAServer } from "node-opcua-server";
import type { FromServer, NodeSample, NodeValue, ServedNode, ServedUnit, ToServer } from "../northbound/server-link.ts";
import { servedStatus } from "./served-value.ts";
import type { SiteAnswers } from "./site-answers.ts";

export const NORTHBOUND_NAMESPACE = "urn:penstock:northbound";

export interface ServedNodesOptions {
  readonly server: OPCUAServer;
  readonly nodes: readonly ServedNode[];
  readonly clock: Clock;
  readonly answers: SiteAnswers;
  readonly post: (message: FromServer) => void;
}

/** The nodes in the server's address space, their last picture, and the writes, which the site answers. */
export class ServedNodes {
  readonly #options: ServedNodesOptions;
  #samples: readonly NodeSample[] = [];
  #loopTimeMs = Number.NEGATIVE_INFINITY;
  #heardMs: MonotonicMs;

  constructor(options: ServedNodesOptions) {
    this.#options = options;
    this.#heardMs = options.clock.monotonicMs();
    this.#addAll();
  }

  show({ timeMs, samples }: Extract<ToServer, { type: "picture" }>): void {
    // Another picture of the same moment, as after a write, does not make the loop any younger.
    if (timeMs !== this.#loopTimeMs) this.#heardMs = this.#options.clock.monotonicMs();
    this.#loopTimeMs = timeMs;
    this.#samples = samples;
  }

  #addAll(): void {
    const { addressSpace } = this.#options.server.engine;
    if (addressSpace === null) throw new Error("an initialized server has an address space");
    const namespace = addressSpace.registerNamespace(NORTHBOUND_NAMESPACE);
    const folders = new Map<string, ReturnType<typeof namespace.addObject>>();
    const folderOf = (path: string): ReturnType<typeof namespace.addObject> => {
      const known = folders.get(path);
      if (known !== undefined) return known;
      const [above, browseName] = split(path);
      const { objects } = addressSpace.rootFolder;
      const parent = above === "" ? objects : folderOf(above);
      // An alarm's event rises from what it is about to the site and to the server.
      const eventSourceOf = above === "" ? objects.server : parent;
      const made = namespace.addObject({
        organizedBy: parent,
        typeDefinition: "FolderType",
        browseName,
        displayName: browseName,
        nodeId: `s=${path}`,
        eventSourceOf,
      });
      folders.set(path, made);
      return made;
    };
    this.#options.nodes.forEach((node, index) => {
      const [folder, browseName] = split(node.path);
      const dataType = dataTypeOf(node);
      const isList = node.type.endsWith("s");
      const common = {
        browseName,
        nodeId: `s=${node.path}`,
        description: node.about,
        componentOf: folderOf(folder),
        dataType: DataType[dataType],
        ...(isList && { valueRank: 1, arrayDimensions: [0] }),
        minimumSamplingInterval: 100,
        accessLevel: node.isGranted ? "CurrentRead | CurrentWrite" : "CurrentRead",
        ...(node.isGranted && { rolePermissions: GRANTED }),
      };
      const get = () => this.#valueOf(node, this.#samples[index]);
      const writer = { name: "" };
      const set = ({ value: { value } }: DataValue) => {
        const { path } = node;
        return this.#options.answers.ask((id) => ({ type: "write", id, path, value, by: writer.name }));
      };
      const binding = node.isGranted ? { timestamped_get: get, timestamped_set: set } : { timestamped_get: get };
      const variable =
        node.unit === undefined || isList
          ? namespace.addVariable({ ...common, value: binding })
          : namespace.addAnalogDataItem({
              ...common,
              engineeringUnits: UNITS[node.unit],
              engineeringUnitsRange: { low: node.range?.[0] ?? -WIDEST, high: node.range?.[1] ?? WIDEST },
              acceptValueOutOfRange: true, // The site itself says what is out of range, and readings are what they are.
              value: binding,
            });
      if (!node.isGranted) return;
      // A setter is not told whose word it is: noted on the way in, which is the same turn of the event loop.
      const writeAttribute = variable.writeAttribute.bind(variable) as WriteAttribute;
      variable.writeAttribute = ((context, asked, done) => {
        writer.name = context?.getUserName?.() ?? "";
        writeAttribute(context, asked, (error, status) => {
          if (status?.equals(StatusCodes.BadUserAccessDenied)) this.#denied(node, context?.getUserName?.() ?? "");
          done(error, status);
        });
      }) satisfies WriteAttribute as typeof variable.writeAttribute;
    });
  }

  #denied({ path }: ServedNode, from: string): void {
    this.#options.post({ type: "refused", from, cause: `may not write ${path}`, fingerprint: undefined });
  }

  #valueOf(node: ServedNode, sample: NodeSample | undefined): DataValue {
    const { clock } = this.#options;
    const status = servedStatus(sample, clock.monotonicMs() - this.#heardMs);
    const hasValue = sample !== undefined && sample.quality !== "missing" && !status.startsWith("Bad");
    return new DataValue({
      statusCode: StatusCodes[status],
      sourceTimestamp: new Date(sample?.timeMs ?? clock.nowMs()),
      serverTimestamp: new Date(clock.nowMs()),
      ...(hasValue && { value: variantOf(node, sample.value) }),
    });
  }
}

type WriteAttribute = (
  context: { getUserName?(): string } | null,
  asked: unknown,
  done: (error: Error | null, status?: StatusCode) => void,
) => void;

/** An EURange is asked for where nothing narrower is known. */
const WIDEST = 1e12;

const READS = PermissionFlag.Browse | PermissionFlag.Read | PermissionFlag.ReadRolePermissions;
/** Everybody who was let in reads; only the grid operator's users write. */
const GRANTED = [
  { roleId: WellKnownRoles.Anonymous, permissions: READS },
  { roleId: WellKnownRoles.AuthenticatedUser, permissions: READS },
  { roleId: WellKnownRoles.Operator, permissions: READS | PermissionFlag.Write },
];

/** UNECE Recommendation 20 codes, as OPC UA's EUInformation counts them. */
const unitOf = (unitId: number, symbol: string, name: string) => ({
  namespaceUri: "http://www.opcfoundation.org/UA/units/un/cefact",
  unitId,
  displayName: { text: symbol },
  description: { text: name },
});
const UNITS: Readonly<Record<ServedUnit, ReturnType<typeof unitOf>>> = {
  W: unitOf(5_723_220, "W", "watt"),
  var: unitOf(4_469_812, "var", "var"),
  Wh: unitOf(5_720_146, "W·h", "watt hour"),
  Hz: unitOf(4_740_186, "Hz", "hertz"),
  V: unitOf(5_655_636, "V", "volt"),
  s: unitOf(5_457_219, "s", "second"),
  "%": unitOf(20_529, "%", "percent"),
  "°C": unitOf(4_408_652, "°C", "degree Celsius"),
};

const dataTypeOf = ({ type }: ServedNode): DataType.Double | DataType.UInt32 | DataType.Boolean | DataType.String => {
  switch (type) {
    case "Double":
    case "Doubles":
      return DataType.Double;
    case "UInt32":
      return DataType.UInt32;
    case "Boolean":
      return DataType.Boolean;
    case "String":
    case "Strings":
      return DataType.String;
  }
};

const variantOf = (node: ServedNode, value: NodeValue): Variant =>
  new Variant({
    dataType: dataTypeOf(node),
    ...(Array.isArray(value) && { arrayType: VariantArrayType.Array }),
    value,
  });

function split(path: string): readonly [above: string, name: string] {
  const at = path.lastIndexOf("/");
  return [path.slice(0, Math.max(0, at)), path.slice(at + 1)];
}
