import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NorthboundOpcUaConfig } from "@penstock/edge/northbound/northbound-config.ts";
import { OpcUaServer } from "@penstock/edge/northbound/opc-ua-server.ts";
import { SystemClock } from "@penstock/protocol/time";
import { seconds } from "@penstock/protocol/units";
import {
  type ClientSession,
  OPCUACertificateManager,
  OPCUAClient,
  type UserIdentityInfo,
  UserTokenType,
} from "node-opcua";
import { freePort } from "../harness/free-port.ts";
import { inSession, secretOf, until } from "./opc-ua-client.ts";
import { ServedBench } from "./served-bench.ts";

export interface ServedSiteOptions {
  /** Written over what `NOTHING_GRANTED` says; file names are below the site's folder. */
  readonly opcUa?: (folder: string) => Partial<NorthboundOpcUaConfig>;
}

/** A site and its OPC UA server on a port of its own, with one client that it trusts. */
export class ServedSite {
  readonly bench: ServedBench;
  readonly server: OpcUaServer;
  readonly folder: string;
  readonly keys: OPCUACertificateManager;

  private constructor(bench: ServedBench, server: OpcUaServer, folder: string, keys: OPCUACertificateManager) {
    this.bench = bench;
    this.server = server;
    this.folder = folder;
    this.keys = keys;
  }

  /** The users scada (viewer) and tso (grid operator) log in by password; more is what `opcUa` says. */
  static async open({ opcUa }: ServedSiteOptions = {}): Promise<ServedSite> {
    const folder = mkdtempSync(join(tmpdir(), "penstock-served-"));
    for (const name of ["scada", "tso"]) writeFileSync(join(folder, name), secretOf(name));
    const keys = await store(join(folder, "client"));
    const pkiFolder = join(folder, "server");
    const bench = new ServedBench({
      host: "127.0.0.1",
      port: await freePort(),
      pkiFolder,
      connectionsMax: 8,
      allowAnonymous: false,
      users: [
        { name: "scada", role: "viewer", passwordFile: join(folder, "scada") },
        { name: "tso", role: "grid-operator", passwordFile: join(folder, "tso") },
      ],
      grantLimits: [],
      grantSetpoint: false,
      grantReactive: false,
      setpointForMs: seconds(30),
      grantAcknowledge: false,
      insecureLab: false,
      ...opcUa?.(folder),
    });
    bench.run(6_000);
    const server = new OpcUaServer({ clock: new SystemClock(), site: bench.config, opcUa: bench.opcUa, agent: bench });
    bench.onStatus = () => server.update();
    await until(() => server.report().state === "listening");
    const site = new ServedSite(bench, server, folder, keys);
    await site.#trustEachOther();
    return site;
  }

  as(identity: UserIdentityInfo | undefined, work: (session: ClientSession) => Promise<void>): Promise<void> {
    const who = identity === undefined ? {} : { as: identity };
    return inSession({ address: this.server.report().address, keys: this.keys, ...who }, work);
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.keys.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #trustEachOther(): Promise<void> {
    await trustServer(this.keys, join(this.folder, "server"));
    await trustClient(join(this.folder, "server"), this.keys);
  }
}

/** What the client's people do: take the server's certificate for good. */
export async function trustServer(keys: OPCUACertificateManager, pkiFolder: string): Promise<void> {
  const folder = join(pkiFolder, "own", "certs");
  for (const file of readdirSync(folder)) {
    if (file.endsWith(".pem")) await keys.trustCertificate(derOf(readFileSync(join(folder, file), "utf8")));
  }
}

/** What the site's operator does: take the client's. */
export async function trustClient(pkiFolder: string, keys: OPCUACertificateManager): Promise<void> {
  const own = OPCUAClient.create({ clientCertificateManager: keys });
  await own.createDefaultCertificate();
  const trusting = await store(pkiFolder);
  await trusting.trustCertificate(own.getCertificate());
  await trusting.dispose();
}

async function store(rootFolder: string): Promise<OPCUACertificateManager> {
  const made = new OPCUACertificateManager({ rootFolder, disableFileWatchers: true, keySize: 2_048 });
  await made.initialize();
  return made;
}

export interface UserCertificate {
  readonly commonName: string;
  readonly file: string;
  readonly fromDaysAgo?: number;
  readonly days?: number;
}

/** A certificate in this name, and the log-in with it; its key is the client's own. */
export async function certify(
  keys: OPCUACertificateManager,
  { commonName, file, fromDaysAgo = 1, days = 30 }: UserCertificate,
): Promise<UserIdentityInfo> {
  await keys.createSelfSignedCertificate({
    applicationUri: `urn:example:${commonName}`,
    subject: `/CN=${commonName}`,
    dns: [],
    startDate: new Date(Date.now() - fromDaysAgo * DAY_MS),
    validity: days,
    outputFile: file,
  });
  return {
    type: UserTokenType.Certificate,
    certificateData: derOf(readFileSync(file, "utf8")),
    privateKey: readFileSync(keys.privateKey, "utf8"),
  };
}

const DAY_MS = 86_400_000;

export const derOf = (pem: string): Buffer =>
  Buffer.from(pem.replace(/-----[^-]+-----/g, "").replace(/\s+/g, ""), "base64");
