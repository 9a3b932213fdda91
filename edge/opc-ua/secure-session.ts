import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { type ClientSession, MessageSecurityMode, OPCUAClient, SecurityPolicy } from "node-opcua-client";

export interface Pki {
  readonly manager: OPCUACertificateManager;
  readonly folder: string;
  readonly siteId: string;
}

export interface SecureSession {
  readonly session: ClientSession;
  close(): Promise<void>;
}

/** Opens, or makes, this edge's key and its lists of the trusted and the rejected. In process: no openssl. */
export async function openPki(folder: string, siteId: string): Promise<Pki> {
  const manager = new OPCUACertificateManager({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: false,
    keySize: 2048,
    disableFileWatchers: true,
  });
  await manager.initialize();
  return { manager, folder, siteId };
}

/**
 * Opens one session: Basic256Sha256, SignAndEncrypt, and only with a server whose certificate lies in
 * `trusted/certs`. The library's own reconnecting is off: the client is thrown away whole instead.
 */
export async function openSecureSession(endpointUrl: string, pki: Pki): Promise<SecureSession> {
  const client = OPCUAClient.create({
    ...NO_RECONNECT,
    applicationName: "penstock-edge",
    applicationUri: `urn:penstock:edge:${pki.siteId}`,
    clientName: `penstock-edge-${pki.siteId}`,
    clientCertificateManager: pki.manager,
    certificateFile: join(pki.folder, "own", "certs", "edge.pem"),
    privateKeyFile: pki.manager.privateKey,
    securityMode: MessageSecurityMode.SignAndEncrypt,
    securityPolicy: SecurityPolicy.Basic256Sha256,
    // Behind an address translation a server names itself otherwise than we do; its certificate says who it is.
    endpointMustExist: false,
    transportSettings: TRANSPORT_LIMITS,
    requestedSessionTimeout: SESSION_TIMEOUT_MS,
    transportTimeout: SESSION_TIMEOUT_MS,
  });
  client.on("backoff", () => {}); // Unheard, the library prints.
  try {
    await client.connect(endpointUrl);
    const session = await client.createSession();
    return {
      session,
      async close() {
        await session.close().catch(() => {}); // Lost already: its server drops it by the session timeout.
        await client.disconnect();
      },
    };
  } catch (error) {
    await client.disconnect().catch(() => {});
    throw error;
  }
}

/** Trusts the certificate a server shows now, if this edge trusts none yet. For benches and demos. */
export async function trustFirstServer(endpointUrl: string, pki: Pki): Promise<void> {
  if ((await readdir(join(pki.folder, "trusted", "certs"))).length > 0) return;
  const client = OPCUAClient.create({
    ...NO_RECONNECT,
    endpointMustExist: false,
    clientCertificateManager: pki.manager,
    securityMode: MessageSecurityMode.None,
    securityPolicy: SecurityPolicy.None,
  });
  try {
    await client.connect(endpointUrl);
    const [endpoint] = await client.getEndpoints();
    if (endpoint?.serverCertificate) await pki.manager.trustCertificate(endpoint.serverCertificate);
  } finally {
    await client.disconnect().catch(() => {});
  }
}

const NO_RECONNECT = { connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 100 }, keepSessionAlive: false };
const SESSION_TIMEOUT_MS = 15_000;
/** What a server may send us in one message; a few hundred values are a few kilobytes. */
const TRANSPORT_LIMITS = {
  receiveBufferSize: 65_535,
  sendBufferSize: 65_535,
  maxMessageSize: 4 << 20,
  maxChunkCount: 128,
};
