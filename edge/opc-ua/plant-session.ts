import { AttributeIds, type ClientSession, type DataValue } from "node-opcua-client";
import type { PlantSession } from "./plant-client.ts";
import { type NodeValue, PLANT_NAMESPACE, PLANT_NODES } from "./plant-reading.ts";
import { openSecureSession, type Pki } from "./secure-session.ts";
import { ServerTrouble } from "./server-trouble.ts";

/** One session with the plant controller, its nodes found. */
export async function openPlantSession(pki: Pki): Promise<PlantSession> {
  const secure = await openSecureSession(pki);
  try {
    const nodes = await resolveNodes(secure.session);
    return { read: async () => (await secure.session.read(nodes, 0)).map(nodeValue), close: secure.close };
  } catch (error) {
    await secure.close().catch(() => {});
    throw error;
  }
}

/** Namespace indexes are the server's own and may move when it restarts: they are looked up by URI each time. */
async function resolveNodes(session: ClientSession): Promise<{ nodeId: string; attributeId: AttributeIds }[]> {
  const namespaces = await session.readNamespaceArray();
  const index = namespaces.indexOf(PLANT_NAMESPACE);
  if (index < 0) throw new ServerTrouble({ code: "opc-ua.namespace-missing", namespace: PLANT_NAMESPACE, namespaces });
  return PLANT_NODES.map((id) => ({ nodeId: `ns=${index};s=${id}`, attributeId: AttributeIds.Value }));
}

const nodeValue = (read: DataValue): NodeValue => ({
  status: read.statusCode.name,
  value: read.value?.value,
  sourceTimestampMs: read.sourceTimestamp?.getTime(),
  serverTimestampMs: read.serverTimestamp?.getTime(),
});
