import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import {
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  setErrorLogger,
  setWarningLogger,
} from "node-opcua";
import { addPlantNodes, type PlantNodesOptions } from "./plant-nodes.ts";

export interface OpcUaOptions extends PlantNodesOptions {
  readonly siteName: string;
  /** This server's own keys and the certificates it trusts (`trusted/certs`). Made when missing. */
  readonly pkiFolder: string;
  readonly host?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Finds a port that is free at this moment; another than this machine's own for tests. */
  readonly findPort?: (host: string) => Promise<number>;
  /** Lets in any client that presents a certificate. Only where the caller says so. */
  readonly acceptsUnknownClients?: boolean;
}

export interface OpcUaSiteServer {
  readonly endpointUrl: string;
  readonly port: number;
  /** The server's own certificate, DER, for a client's trust list. */
  readonly certificate: Uint8Array;
  /** Lets a client in by its certificate, PEM or DER. */
  trust(certificate: string | Uint8Array): Promise<void>;
  /** Its programme ends and begins again on the same port; every session is gone. */
  restart(as?: Restart): Promise<void>;
  close(): Promise<void>;
}

/** As what it comes back. */
export interface Restart {
  /** Another one than before; the key stays. Left out, the one it began with. */
  readonly certificate?: CertificateKind | undefined;
  /** So many namespaces stand before the site's own. */
  readonly namespacesBefore?: number | undefined;
}

export const certificateKinds = ["new", "expired", "not-yet-valid"] as const;
export type CertificateKind = (typeof certificateKinds)[number];

/**
 * The plant controller as an OPC UA server: only over Basic256Sha256 SignAndEncrypt, anonymous users on trusted
 * applications.
 */
export async function serveOpcUa(options: OpcUaOptions): Promise<OpcUaSiteServer> {
  const { host = "127.0.0.1", findPort = freePort } = options;
  // Standard output belongs to whoever started the process.
  setWarningLogger(console.error);
  setErrorLogger(console.error);
  const begin = (port: number, as: Restart = {}) => start(options, host, port, as);
  let running = options.port ? await begin(options.port) : await onFreePort(() => findPort(host), begin);
  const { port } = running;
  return {
    endpointUrl: running.server.getEndpointUrl(),
    port,
    get certificate() {
      return running.server.getCertificate();
    },
    trust: (certificate) => running.certificates.trustCertificate(derOf(certificate)),
    async restart(as) {
      await stop(running);
      running = await begin(port, as);
    },
    close: () => stop(running),
  };
}

interface Running {
  readonly port: number;
  readonly server: OPCUAServer;
  readonly certificates: OPCUACertificateManager;
  readonly userCertificates: OPCUACertificateManager;
}

/** A server that listens on a port. Throws, with nothing left behind, when it cannot. */
async function start(options: OpcUaOptions, host: string, port: number, as: Restart): Promise<Running> {
  const { siteName, pkiFolder, acceptsUnknownClients = false } = options;
  const certificates = new OPCUACertificateManager({
    rootFolder: pkiFolder,
    automaticallyAcceptUnknownCertificate: acceptsUnknownClients,
    keySize: 2048,
    disableFileWatchers: true,
  });
  await certificates.initialize();
  const userCertificates = new OPCUACertificateManager({
    rootFolder: join(pkiFolder, "users"),
    automaticallyAcceptUnknownCertificate: false,
    disableFileWatchers: true,
  });
  await userCertificates.initialize();
  const applicationUri = `urn:penstock:site:${siteName}`;
  const server = new OPCUAServer({
    host,
    hostname: host,
    port,
    serverCertificateManager: certificates,
    userCertificateManager: userCertificates,
    ...(as.certificate && {
      certificateFile: await madeCertificate(certificates, pkiFolder, applicationUri, as.certificate),
      privateKeyFile: certificates.privateKey,
    }),
    securityPolicies: [SecurityPolicy.Basic256Sha256],
    securityModes: [MessageSecurityMode.SignAndEncrypt],
    allowAnonymous: true,
    maxConnectionsPerEndpoint: 20,
    serverInfo: {
      applicationUri,
      productUri: "urn:penstock:firmware-sims",
      applicationName: { text: `Penstock simulated site ${siteName}`, locale: "en" },
    },
    buildInfo: { productName: "Penstock firmware-sims", softwareVersion: "0.1.0" },
  });
  const running = { port, server, certificates, userCertificates };
  try {
    await server.initialize();
    addPlantNodes(server, options, as.namespacesBefore ?? 0);
    await server.start();
  } catch (error) {
    await stop(running).catch(() => {});
    throw error;
  }
  return running;
}

async function stop({ server, certificates, userCertificates }: Running): Promise<void> {
  await server.shutdown(0);
  await certificates.dispose();
  await userCertificates.dispose();
}

/**
 * The server library wants to know its port beforehand and takes seconds from then until it listens: on a machine where
 * other simulators start, somebody else has it by then every few hundred times. Then another one is tried.
 */
async function onFreePort<T>(findPort: () => Promise<number>, listen: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await listen(await findPort());
    } catch (error) {
      const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
      if (!isTaken || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

const ATTEMPTS_MAX = 5;

/** A certificate for the server's own key, in a file of its own. */
async function madeCertificate(
  keys: OPCUACertificateManager,
  pkiFolder: string,
  applicationUri: string,
  kind: CertificateKind,
): Promise<string> {
  const { fromDays, forDays } = VALIDITY[kind];
  const folder = join(pkiFolder, "own", "other");
  const file = join(folder, `${kind}.pem`);
  await mkdir(folder, { recursive: true });
  await keys.createSelfSignedCertificate({
    applicationUri,
    subject: `/CN=${kind} certificate/O=Penstock Simulators`,
    dns: ["localhost"],
    ip: ["127.0.0.1"],
    startDate: new Date(Date.now() + fromDays * DAY_MS),
    validity: forDays,
    outputFile: file,
  });
  return file;
}

const DAY_MS = 86_400_000;
const VALIDITY = {
  new: { fromDays: -1, forDays: 365 },
  expired: { fromDays: -40, forDays: 30 },
  "not-yet-valid": { fromDays: 10, forDays: 365 },
} as const;

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, host, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function derOf(certificate: string | Uint8Array): Buffer {
  if (typeof certificate !== "string") return Buffer.from(certificate);
  return Buffer.from(certificate.replace(/-----[^-]+-----/g, "").replace(/\s+/g, ""), "base64");
}
