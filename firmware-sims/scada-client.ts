import { readFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  AttributeIds,
  BrowseDirection,
  type ClientSession,
  MessageSecurityMode,
  NodeClass,
  type NodeId,
  OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  setErrorLogger,
  setWarningLogger,
  type UserIdentityInfo,
  UserTokenType,
} from "node-opcua";

const help = `node firmware-sims/scada-client.ts --url opc.tcp://HOST:PORT [OPTIONS]

What a utility's SCADA sees of a site by OPC UA: logs in with SignAndEncrypt and prints every value below
Objects/Site, with its status and its source's time. It trusts whatever server answers: a client for benches.

  --url URL             the site's server
  --user NAME           who logs in (default: nobody, which few sites allow)
  --password-file FILE  that user's password
  --pki FOLDER          this client's key; the same one is the same client (default: a new temporary folder)
  --only TEXT           only paths that contain it
  --json                one object of path and { value, status, sourceTime }
  --help                this

  node firmware-sims/scada-client.ts --url opc.tcp://127.0.0.1:5140 --user scada --password-file scada.password`;

interface Seen {
  readonly path: string;
  readonly value: unknown;
  readonly status: string;
  readonly sourceTime: string | null;
}

const { values: flags } = parseArgs({
  options: {
    url: { type: "string" },
    user: { type: "string" },
    "password-file": { type: "string" },
    pki: { type: "string" },
    only: { type: "string", default: "" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (flags.help || flags.url === undefined) {
  (flags.help ? process.stdout : process.stderr).write(`${help}\n`);
  process.exit(flags.help ? 0 : 2);
}
setWarningLogger(() => {});
setErrorLogger(() => {});
process.exitCode = await run(flags.url);

async function run(url: string): Promise<number> {
  const keys = new OPCUACertificateManager({
    rootFolder: flags.pki ?? (await mkdtemp(join(tmpdir(), "penstock-scada-"))),
    automaticallyAcceptUnknownCertificate: true,
    keySize: 2048,
    disableFileWatchers: true,
  });
  await keys.initialize();
  const client = OPCUAClient.create({
    applicationName: "a simulated SCADA",
    clientCertificateManager: keys,
    securityMode: MessageSecurityMode.SignAndEncrypt,
    securityPolicy: SecurityPolicy.Basic256Sha256,
    connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 100 },
    endpointMustExist: false,
  });
  client.on("backoff", () => {});
  try {
    await client.connect(url);
    const session = await client.createSession(identity());
    const seen = (await valuesBelow(session, await siteNode(session), "Site")).filter(({ path }) =>
      path.includes(flags.only),
    );
    print(seen);
    await session.close();
    return 0;
  } catch (error) {
    const said = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    process.stderr.write(`${url} does not let this client in: ${said}\n`);
    process.stderr.write("At the site: sitectl connections says who was refused, and how to let them in.\n");
    return 1;
  } finally {
    await client.disconnect().catch(() => {});
    await keys.dispose();
  }
}

function identity(): UserIdentityInfo {
  if (flags.user === undefined) return { type: UserTokenType.Anonymous };
  const password = flags["password-file"] === undefined ? "" : readFileSync(flags["password-file"], "utf8").trim();
  return { type: UserTokenType.UserName, userName: flags.user, password };
}

async function siteNode(session: ClientSession): Promise<NodeId> {
  const { references } = await session.browse("ObjectsFolder");
  const site = references?.find(({ browseName }) => browseName.name === "Site");
  if (site === undefined) throw new Error("the server has no Objects/Site");
  return site.nodeId;
}

/** Every variable below a node, once, with what it is now; properties are left out. */
async function valuesBelow(
  session: ClientSession,
  nodeId: NodeId,
  path: string,
  met = new Set<string>(),
): Promise<readonly Seen[]> {
  const { references } = await session.browse({
    nodeId,
    browseDirection: BrowseDirection.Forward,
    referenceTypeId: "HierarchicalReferences",
    includeSubtypes: true,
    nodeClassMask: NodeClass.Object | NodeClass.Variable,
    resultMask: 63,
  });
  const seen: Seen[] = [];
  for (const { nodeId: child, browseName, nodeClass } of references ?? []) {
    const childPath = `${path}/${browseName.name}`;
    // Namespace 0 is OPC UA's own: units, ranges and what else describes a value.
    if (browseName.namespaceIndex === 0 || met.has(child.toString())) continue;
    met.add(child.toString());
    if (nodeClass === NodeClass.Variable) seen.push(await read(session, child, childPath));
    else seen.push(...(await valuesBelow(session, child, childPath, met)));
  }
  return seen;
}

async function read(session: ClientSession, nodeId: NodeId, path: string): Promise<Seen> {
  const { value, statusCode, sourceTimestamp } = await session.read({ nodeId, attributeId: AttributeIds.Value });
  const raw: unknown = value.value;
  return {
    path,
    value: ArrayBuffer.isView(raw) ? Array.from(raw as Float64Array) : raw,
    status: statusCode.name,
    sourceTime: sourceTimestamp?.toISOString() ?? null,
  };
}

function print(seen: readonly Seen[]): void {
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(Object.fromEntries(seen.map(({ path, ...rest }) => [path, rest])))}\n`);
    return;
  }
  for (const { path, value, status, sourceTime } of seen) {
    const shown = status === "Good" ? JSON.stringify(value) : `${JSON.stringify(value ?? null)} (${status})`;
    process.stdout.write(`${path.padEnd(44)} ${shown}  ${sourceTime ?? ""}\n`);
  }
}
