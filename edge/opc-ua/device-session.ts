import type { Clock } from "@penstock/protocol/time";
import {
  AttributeIds,
  type ClientSession,
  DataType,
  makeBrowsePath,
  type NodeId,
  StatusCodes,
  Variant,
} from "node-opcua-client";
import type { MappedNode } from "../devices/mapped/mapped-device.ts";
import type { NodeSession } from "./device-nodes.ts";
import { nodeNumber } from "./node-number.ts";
import { openSecureSession, type Pki } from "./secure-session.ts";
import { newestOf, ServerClock } from "./server-clock.ts";
import { ServerTrouble } from "./server-trouble.ts";

/**
 * One session with a mapped device. Its nodes are found by browse path and namespace URI each time: node ids and
 * namespace indexes are the server's own and may move when it restarts. All reads and all writes are batched.
 */
export async function openDeviceSession(pki: Pki, nodes: readonly MappedNode[], clock: Clock): Promise<NodeSession> {
  const { session, close } = await openSecureSession(pki);
  try {
    const ids = await findNodes(session, nodes);
    const types = await dataTypes(session, ids);
    const serverClock = new ServerClock(clock);
    return {
      async read(wanted) {
        const reads = wanted.map((index) => ({ nodeId: at(ids, index), attributeId: AttributeIds.Value }));
        const values = await session.read(reads, 0);
        serverClock.look(newestOf(values.map(({ serverTimestamp }) => serverTimestamp)));
        return {
          values: values.map((value, place) => {
            const { sourceAgeMsMax } = at(nodes, wanted[place] ?? 0);
            return nodeNumber(value, sourceAgeMsMax, serverClock.stoodStillMs);
          }),
          clockSkewMs: serverClock.skewMs,
        };
      },
      async write(wanted, values) {
        const writes = wanted.map((index, place) => ({
          nodeId: at(ids, index),
          attributeId: AttributeIds.Value,
          value: { value: variantOf(at(types, index), values[place] ?? Number.NaN) },
        }));
        return (await session.write(writes)).find((status) => !status.equals(StatusCodes.Good))?.name;
      },
      close,
    };
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
}

async function findNodes(session: ClientSession, nodes: readonly MappedNode[]): Promise<readonly NodeId[]> {
  const namespaces = await session.readNamespaceArray();
  const paths = nodes.map(({ namespace, path }) => {
    const index = namespaces.indexOf(namespace);
    if (index < 0) throw new ServerTrouble({ code: "opc-ua.namespace-missing", namespace, namespaces });
    return makeBrowsePath(
      "ObjectsFolder",
      path
        .split("/")
        .map((name) => `/${index}:${name}`)
        .join(""),
    );
  });
  const found = await session.translateBrowsePath(paths);
  return found.map(({ targets }, index) => {
    const [target] = targets ?? [];
    if (target === undefined) throw new ServerTrouble({ code: "opc-ua.node-missing", path: nodes[index]?.path });
    return target.targetId;
  });
}

/** A value must be written as the type the node has. */
async function dataTypes(session: ClientSession, ids: readonly NodeId[]): Promise<readonly DataType[]> {
  return Promise.all(ids.map((id) => session.getBuiltInDataType(id)));
}

function variantOf(dataType: DataType, value: number): Variant {
  const isWhole = dataType >= DataType.SByte && dataType <= DataType.UInt64;
  const raw = dataType === DataType.Boolean ? value !== 0 : isWhole ? Math.trunc(value) : value;
  return new Variant({ dataType, value: raw });
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`the map has no node ${index}`);
  return found;
}
