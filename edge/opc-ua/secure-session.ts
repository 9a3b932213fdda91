import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { CodedError } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import type { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { type ClientSession, MessageSecurityMode, OPCUAClient, SecurityPolicy } from "node-opcua-client";
import { ServerTrouble } from "./server-trouble.ts";
import { trustList } from "./trust-list.ts";

export interface PkiOptions {
  readonly folder: string;
  readonly siteId: string;
  readonly endpointUrl: string;
  readonly clock: Clock;
}

/** This edge's key and its lists of the trusted and the rejected, for one server. */
export interface Pki extends PkiOptions {
  readonly manager: OPCUACertificateManager;
  /** What was wrong with the certificate the server showed last; forgotten by being asked. */
  readonly takeTrouble: () => CodedError | undefined;
}

export interface SecureSession {
  readonly session: ClientSession;
  close(): Promise<void>;
}

/** Opens, or makes, the key and the lists. In process: no openssl. */
export async function openPki(options: PkiOptions): Promise<Pki> {
  let trouble: CodedError | undefined;
  const manager = await trustList({
    rootFolder: options.folder,
    clock: options.clock,
    peer: () => options.endpointUrl,
    onRefused: (refused) => {
      trouble = refused.trouble;
    },
  });
  const takeTrouble = () => {
    const taken = trouble;
    trouble = undefined;
    return taken;
  };
  return { ...options, manager, takeTrouble };
}

/**
 * Opens one session: Basic256Sha256, SignAndEncrypt, and only with a server whose certificate lies in
 * `trusted/certs` and is valid now. The library's own reconnecting is off: the client is thrown away whole instead.
 * Throws {@link ServerTrouble} where the server's certificate was refused, else what the library throws.
 */
export async function openSecureSession(pki: Pki): Promise<SecureSession> {
  pki.takeTrouble();
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
    await client.connect(pki.endpointUrl);
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
    const trouble = pki.takeTrouble();
    throw trouble === undefined ? error : new ServerTrouble(trouble);
  }
}

/** Trusts the certificate a server shows now, if this edge trusts none yet. For benches and demos. */
export async function trustFirstServer(pki: Pki): Promise<void> {
  if ((await readdir(join(pki.folder, "trusted", "certs"))).length > 0) return;
  const client = OPCUAClient.create({
    ...NO_RECONNECT,
    endpointMustExist: false,
    clientCertificateManager: pki.manager,
    securityMode: MessageSecurityMode.None,
    securityPolicy: SecurityPolicy.None,
  });
  try {
    await client.connect(pki.endpointUrl);
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
