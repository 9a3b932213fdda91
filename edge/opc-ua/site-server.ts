import { join } from "node:path";
import type { Clock } from "@penstock/protocol/time";
import { MessageSecurityMode, SecurityPolicy } from "node-opcua-client";
import { OPCUAServer } from "node-opcua-server";
import type { NorthboundOpcUaConfig } from "../northbound/northbound-config.ts";
import type { FromServer, ServedNode, ToServer } from "../northbound/server-link.ts";
import { addressBeingServed } from "./guard-connections.ts";
import { ServedAlarms } from "./served-alarms.ts";
import { watchClients } from "./served-clients.ts";
import { ServedNodes } from "./served-nodes.ts";
import { usersOf } from "./served-users.ts";
import { SiteAnswers } from "./site-answers.ts";
import { trustList } from "./trust-list.ts";
import { userCertificates } from "./user-certificates.ts";

export interface SiteServerOptions {
  readonly siteId: string;
  readonly config: NorthboundOpcUaConfig;
  readonly nodes: readonly ServedNode[];
  readonly clock: Clock;
  readonly post: (message: FromServer) => void;
}

export interface SiteServer {
  show(picture: Extract<ToServer, { type: "picture" }>): void;
  alarm(list: Extract<ToServer, { type: "alarms" }>): void;
  answered(answer: Extract<ToServer, { type: "answered" }>): void;
  close(): Promise<void>;
}

/**
 * The site as an OPC UA server: SignAndEncrypt only, clients whose certificate is trusted, users by name and role, and
 * everything bounded: connections, sessions, message size, items. Throws when it cannot listen.
 */
export async function serveSite({ siteId, config, nodes, clock, post }: SiteServerOptions): Promise<SiteServer> {
  const { host, port, pkiFolder, connectionsMax, allowAnonymous, users, insecureLab } = config;
  const certificates = await trustList({
    rootFolder: pkiFolder,
    clock,
    peer: addressBeingServed,
    onRefused: ({ from, thumbprint: fingerprint, trouble }) =>
      post({ type: "refused", from, cause: trouble.code, fingerprint }),
  });
  const certificatesOfUsers = await userCertificates(join(pkiFolder, "users"), users, clock, post);
  const server = new OPCUAServer({
    host,
    port,
    serverCertificateManager: certificates,
    userCertificateManager: certificatesOfUsers,
    securityPolicies: [...SECURE_POLICIES, ...(insecureLab ? [SecurityPolicy.None] : [])],
    securityModes: [MessageSecurityMode.SignAndEncrypt, ...(insecureLab ? [MessageSecurityMode.None] : [])],
    allowAnonymous,
    userManager: usersOf(users, post),
    maxConnectionsPerEndpoint: connectionsMax,
    timeout: HELLO_WITHIN_MS,
    serverCapabilities: {
      maxSessions: connectionsMax,
      maxSubscriptions: 4 * connectionsMax,
      maxSubscriptionsPerSession: 4,
      maxMonitoredItems: ITEMS_MAX * connectionsMax,
      maxMonitoredItemsPerSubscription: ITEMS_MAX,
    },
    transportSettings: { adjustTransportLimits },
    serverInfo: {
      applicationUri: `urn:penstock:northbound:${siteId}`,
      productUri: "urn:penstock",
      applicationName: { text: `Penstock ${siteId}`, locale: "en" },
    },
    buildInfo: { productName: "Penstock", manufacturerName: "Penstock", softwareVersion: "0.1.0" },
  });
  await server.initialize();
  const answers = new SiteAnswers(clock, post);
  const served = new ServedNodes({ server, nodes, clock, answers, post });
  const alarms = new ServedAlarms({ server, answers, post });
  await server.start();
  watchClients(server, clock, post);
  post({ type: "listening" });
  return {
    show: (picture) => served.show(picture),
    alarm: (list) => alarms.show(list.alarms),
    answered: (answer) => answers.answered(answer),
    async close() {
      await server.shutdown(0);
      await certificates.dispose();
      await certificatesOfUsers.dispose();
    },
  };
}

const SECURE_POLICIES = [
  SecurityPolicy.Aes256_Sha256_RsaPss,
  SecurityPolicy.Aes128_Sha256_RsaOaep,
  SecurityPolicy.Basic256Sha256,
];
const HELLO_WITHIN_MS = 5_000;
const ITEMS_MAX = 10_000;

interface TransportLimits {
  receiveBufferSize: number;
  sendBufferSize: number;
  maxMessageSize: number;
  maxChunkCount: number;
}

/** However much a client offers to send: a message is at most a mebibyte, in at most 64 chunks. Zero means no limit, so it is one. */
function adjustTransportLimits({ receiveBufferSize, sendBufferSize, maxMessageSize, maxChunkCount }: TransportLimits) {
  const atMost = (most: number, offered: number) => (offered > 0 ? Math.min(most, offered) : most);
  return {
    receiveBufferSize: Math.max(8_192, atMost(65_536, receiveBufferSize)),
    sendBufferSize: Math.max(8_192, atMost(65_536, sendBufferSize)),
    maxMessageSize: atMost(MESSAGE_BYTES_MAX, maxMessageSize),
    maxChunkCount: atMost(64, maxChunkCount),
  };
}

const MESSAGE_BYTES_MAX = 1 << 20;
