import { createServer, type Server, type Socket } from "node:net";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { Aedes, type AedesOptions, type Client } from "aedes";
import { type AccessList, accessList, type BrokerIdentity } from "./access.ts";
import { type Credential, Credentials } from "./credentials.ts";
import { limitPackets } from "./packet-limit.ts";

export interface EmbeddedBrokerOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** Default 127.0.0.1: passwords are in clear, so another machine wants a tunnel or a broker with TLS. */
  readonly host?: string;
  readonly credentials: readonly Credential[];
  readonly access?: AccessList;
  /** Default 1 MiB. */
  readonly packetBytesMax?: number;
  /** Default 1000. */
  readonly connectionsMax?: number;
  /** Told of each refusal, each lost connection and each that comes. */
  readonly onEvent?: (event: BrokerEvent) => void;
}

export type BrokerEvent =
  | { readonly code: "broker.connected"; readonly username: string }
  | { readonly code: "broker.disconnected"; readonly username: string }
  | { readonly code: "broker.wrong-credentials"; readonly username: string }
  | { readonly code: "broker.durable-session-refused" }
  | { readonly code: "broker.publish-refused"; readonly username: string; readonly topic: string }
  | { readonly code: "broker.subscribe-refused"; readonly username: string; readonly filter: string }
  | { readonly code: "broker.connection-error"; readonly username: string | null; readonly message: string };

export interface EmbeddedBroker {
  readonly port: number;
  readonly url: string;
  readonly credentials: Credentials;
  close(): Promise<void>;
}

/** An MQTT 3.1.1 broker in this process. Any other broker with the same access rules does as well. */
export async function embeddedBroker(options: EmbeddedBrokerOptions): Promise<Result<EmbeddedBroker, CodedError>> {
  const host = options.host ?? "127.0.0.1";
  const credentials = new Credentials(options.credentials);
  const aedes = await Aedes.createBroker({ ...limits, ...guards(options, credentials) });
  const tell = options.onEvent ?? (() => {});
  aedes.on("clientReady", (client) => tell({ code: "broker.connected", username: usernameOf(client) ?? "" }));
  aedes.on("clientDisconnect", (client) => tell({ code: "broker.disconnected", username: usernameOf(client) ?? "" }));
  const errored = (client: Client, error: Error) =>
    tell({ code: "broker.connection-error", username: usernameOf(client), message: error.message });
  aedes.on("clientError", errored);
  aedes.on("connectionError", errored);

  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    aedes.handle(limitPackets(socket, options.packetBytesMax ?? 1 << 20));
  });
  server.maxConnections = options.connectionsMax ?? 1000;
  const listening = await listen(server, options.port, host);
  if (!listening.ok) {
    await new Promise<void>((done) => aedes.close(done));
    return listening;
  }
  const port = listening.value;
  return ok({
    port,
    url: `mqtt://${host.includes(":") ? `[${host}]` : host}:${port}`,
    credentials,
    close: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      await new Promise<void>((done) => aedes.close(done));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  });
}

/**
 * A subscriber that stops reading stalls every other on the same topic until it is thrown out, hence the
 * short drain timeout; aedes' own is a minute. Its queue of 42 packets is too short for a burst of births.
 */
const limits = {
  drainTimeout: 3_000,
  queueLimit: 1_000,
  concurrency: 1_000,
  connectTimeout: 10_000,
  maxTopicLevels: 8,
  maxInflightInbound: 100,
};

type Guards = Required<Pick<AedesOptions, "preConnect" | "authenticate" | "authorizePublish" | "authorizeSubscribe">>;

function guards({ access = accessList, onEvent = () => {} }: EmbeddedBrokerOptions, credentials: Credentials): Guards {
  return {
    /** A durable session would keep a queue without bound for a client that never comes back. */
    preConnect(_client, { clean }, done) {
      if (clean !== true) onEvent({ code: "broker.durable-session-refused" });
      done(clean === true ? null : new Error("only clean sessions"), clean === true);
    },

    authenticate(client, username, password, done) {
      const identity = credentials.check(username, password);
      if (identity === undefined) {
        onEvent({ code: "broker.wrong-credentials", username: (username ?? "").slice(0, 100) });
        return done(null, false);
      }
      const login = { username: username ?? "", identity };
      logins.set(client, login);
      // A client identifier is unique within its user only, so that nobody can take over another's session.
      Object.assign(client, { id: `${login.username}\n${client.id}` });
      done(null, true);
    },

    authorizePublish(client, packet, done) {
      const login = client === null ? undefined : logins.get(client);
      if (login !== undefined && access.mayPublish(login.identity, packet.topic)) return done(null);
      onEvent({ code: "broker.publish-refused", username: login?.username ?? "", topic: packet.topic.slice(0, 300) });
      done(new Error("not authorized to publish"));
    },

    authorizeSubscribe(client, subscription, done) {
      const login = logins.get(client);
      if (login !== undefined && access.maySubscribe(login.identity, subscription.topic)) {
        return done(null, subscription);
      }
      const filter = subscription.topic.slice(0, 300);
      onEvent({ code: "broker.subscribe-refused", username: login?.username ?? "", filter });
      done(null, null); // Answered with 0x80 in the SUBACK [MQTT-3.9.3-2].
    },
  };
}

/** Who each client proved to be. */
const logins = new WeakMap<Client, { readonly username: string; readonly identity: BrokerIdentity }>();

const usernameOf = (client: Client): string | null => logins.get(client)?.username ?? null;

function listen(server: Server, port: number, host: string): Promise<Result<number, CodedError>> {
  return new Promise((done) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      done(fail({ code: "broker.cannot-listen", host, port, reason: error.code ?? error.message })),
    );
    server.listen(port, host, () => {
      const address = server.address();
      done(ok(typeof address === "object" && address !== null ? address.port : port));
    });
  });
}
