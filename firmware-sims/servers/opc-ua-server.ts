import { createServer } from "node:net";
import { join } from "node:path";
import {
  DataType,
  DataValue,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  StatusCodes,
  setErrorLogger,
  setWarningLogger,
  Variant,
} from "node-opcua";
import type { PlantController, PlantNodes, PlantPath } from "../devices/plant-controller.ts";

export interface OpcUaOptions {
  readonly plantController: PlantController;
  readonly siteName: string;
  /** Stamps the values: when the plant was last looked at, UTC ms. */
  readonly nowMs: () => number;
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
  close(): Promise<void>;
}

export const siteNamespace = "urn:penstock:site";

/**
 * The plant controller as an OPC UA server: read-only nodes `s=Plant/…` in {@link siteNamespace}, only over
 * Basic256Sha256 SignAndEncrypt, anonymous users on trusted applications. A silent controller's values are
 * BadNoCommunication, as a gateway in front of it would report them.
 */
export async function serveOpcUa(options: OpcUaOptions): Promise<OpcUaSiteServer> {
  const { pkiFolder, host = "127.0.0.1", acceptsUnknownClients = false, findPort = freePort } = options;
  // Standard output belongs to whoever started the process.
  setWarningLogger(console.error);
  setErrorLogger(console.error);
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
  const listen = (port: number) => listening(options, port, certificates, userCertificates);
  const { server, port } = options.port ? await listen(options.port) : await onFreePort(() => findPort(host), listen);
  return {
    endpointUrl: server.getEndpointUrl(),
    port,
    certificate: server.getCertificate(),
    trust: (certificate) => certificates.trustCertificate(derOf(certificate)),
    async close() {
      await server.shutdown(0);
      await certificates.dispose();
      await userCertificates.dispose();
    },
  };
}

/** A server that listens on a port. Throws, with nothing left behind, when it cannot. */
async function listening(
  options: OpcUaOptions,
  port: number,
  certificates: OPCUACertificateManager,
  userCertificates: OPCUACertificateManager,
): Promise<{ readonly server: OPCUAServer; readonly port: number }> {
  const { host = "127.0.0.1" } = options;
  const server = new OPCUAServer({
    host,
    hostname: host,
    port,
    serverCertificateManager: certificates,
    userCertificateManager: userCertificates,
    securityPolicies: [SecurityPolicy.Basic256Sha256],
    securityModes: [MessageSecurityMode.SignAndEncrypt],
    allowAnonymous: true,
    maxConnectionsPerEndpoint: 20,
    serverInfo: {
      applicationUri: `urn:penstock:site:${options.siteName}`,
      productUri: "urn:penstock:firmware-sims",
      applicationName: { text: `Penstock simulated site ${options.siteName}`, locale: "en" },
    },
    buildInfo: { productName: "Penstock firmware-sims", softwareVersion: "0.1.0" },
  });
  try {
    await server.initialize();
    addPlantNodes(server, options);
    await server.start();
  } catch (error) {
    await server.shutdown(0).catch(() => {});
    throw error;
  }
  return { server, port };
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

function addPlantNodes(server: OPCUAServer, options: OpcUaOptions): void {
  const addressSpace = server.engine.addressSpace;
  if (!addressSpace) throw new Error("an initialised OPC UA server has an address space");
  const namespace = addressSpace.registerNamespace(siteNamespace);
  const plant = namespace.addObject({
    browseName: "Plant",
    nodeId: "s=Plant",
    organizedBy: addressSpace.rootFolder.objects,
  });
  for (const [path, dataType, description] of plantNodeRows) {
    namespace.addVariable({
      componentOf: plant,
      browseName: path.slice("Plant/".length),
      nodeId: `s=${path}`,
      description,
      dataType,
      minimumSamplingInterval: 50,
      accessLevel: "CurrentRead",
      userAccessLevel: "CurrentRead",
      value: { timestamped_get: () => dataValue(options, path, dataType) },
    });
  }
}

function dataValue(options: OpcUaOptions, path: PlantPath, dataType: DataType): DataValue {
  const value: PlantNodes[PlantPath] | undefined = options.plantController.read(path);
  const sourceTimestamp = new Date(options.nowMs());
  return value === undefined
    ? new DataValue({ statusCode: StatusCodes.BadNoCommunication, sourceTimestamp })
    : new DataValue({
        value: new Variant({ dataType, value }),
        statusCode: StatusCodes.Good,
        sourceTimestamp,
      });
}

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
