import {
  AttributeIds,
  type ClientSession,
  type DataType,
  MessageSecurityMode,
  makeBrowsePath,
  type NodeId,
  type OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  type UserIdentityInfo,
  UserTokenType,
} from "node-opcua";

/** A client of another make, as a utility would bring it: what it does with the site's OPC UA server in our tests. */
export interface ClientOptions {
  readonly address: string;
  readonly keys: OPCUACertificateManager;
  readonly as?: UserIdentityInfo;
  readonly securityMode?: MessageSecurityMode;
  readonly securityPolicy?: SecurityPolicy;
}

/** One client and one session for as long as `work` takes. */
export async function inSession(
  { address, keys, as, securityMode, securityPolicy }: ClientOptions,
  work: (session: ClientSession) => Promise<void>,
): Promise<void> {
  const client = OPCUAClient.create({
    securityMode: securityMode ?? MessageSecurityMode.SignAndEncrypt,
    securityPolicy: securityPolicy ?? SecurityPolicy.Basic256Sha256,
    applicationName: "a utility's client",
    clientCertificateManager: keys,
    connectionStrategy: { maxRetry: 0, initialDelay: 50, maxDelay: 100 },
    endpointMustExist: false,
  });
  client.on("backoff", () => {});
  try {
    await client.connect(address);
    const session = await client.createSession(as);
    await work(session);
    await session.close();
  } finally {
    await client.disconnect();
  }
}

/** Logs in by name; every test's password is made from it. */
export const user = (userName: string, password = secretOf(userName)): UserIdentityInfo => ({
  type: UserTokenType.UserName,
  userName,
  password,
});

export const secretOf = (userName: string): string => `secret of ${userName}`;

/** Finds nodes by browse path below Objects, by the namespace's URI. */
export async function finder(session: ClientSession) {
  const index = (await session.readNamespaceArray()).indexOf("urn:penstock:northbound");
  return async (path: string): Promise<NodeId> => {
    const names = path.split("/").map((name) => `/${index}:${name}`);
    const { targets } = await session.translateBrowsePath(makeBrowsePath("ObjectsFolder", names.join("")));
    const target = targets?.[0]?.targetId;
    if (target === undefined) throw new Error(`there is no ${path}`);
    return target;
  };
}

/** The name of the status the server answers. */
export async function write(
  session: ClientSession,
  nodeId: NodeId,
  dataType: DataType,
  value: unknown,
): Promise<string> {
  const asked = { nodeId, attributeId: AttributeIds.Value, value: { value: { dataType, value } } };
  return (await session.write(asked)).name;
}

export async function until(isSo: () => boolean | Promise<boolean>, meanwhile = () => {}): Promise<void> {
  for (let tries = 0; !(await isSo()); tries++) {
    if (tries > 300) throw new Error(`not within 30 s: ${isSo}`);
    meanwhile();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
