import { filterCovers, isFilterValid, isTopicValid, topicMatches } from "./topics.ts";

/** Who is at the other end of a connection, once its password or certificate has been checked. */
export type BrokerIdentity =
  /** One site's edge node. */
  | { readonly role: "site"; readonly group: string; readonly node: string }
  /** The aggregator. */
  | { readonly role: "host" }
  /** A person or a dashboard: sees the fleet view and can say nothing. */
  | { readonly role: "viewer" };

/** What a broker asks before it lets a message or a subscription through. */
export interface AccessList {
  mayPublish(identity: BrokerIdentity, topic: string): boolean;
  maySubscribe(identity: BrokerIdentity, filter: string): boolean;
}

/** Default deny: what is not listed for a role is refused. Everything follows from the identity, nothing is configured. */
export const accessList: AccessList = {
  mayPublish(identity, topic) {
    const { publish, published } = grantsOf(identity);
    const known = published.get(topic);
    if (known !== undefined) return known;
    const may = isTopicValid(topic) && publish.some((filter) => topicMatches(filter, topic));
    if (published.size < PUBLISHED_MAX) published.set(topic, may);
    return may;
  },
  maySubscribe: (identity, filter) =>
    isFilterValid(filter) && grantsOf(identity).subscribe.some((allowed) => filterCovers(allowed, filter)),
};

/** One name for an identity, in logs and on the virtual network. */
export const nameOf = (identity: BrokerIdentity): string =>
  identity.role === "site" ? `${identity.group}/${identity.node}` : identity.role;

interface Grants {
  readonly publish: readonly string[];
  /** Topics asked about, and what the answer was: a session says the same few for ever. */
  readonly published: Map<string, boolean>;
  readonly subscribe: readonly string[];
}

function grantsOf(identity: BrokerIdentity): Grants {
  switch (identity.role) {
    case "site": {
      const grants = grantsOfSites.get(identity) ?? siteGrants(identity.group, identity.node);
      grantsOfSites.set(identity, grants);
      return grants;
    }
    case "host":
      return hostGrants;
    case "viewer":
      return viewerGrants;
  }
}

/** Asked for at every message of a session, and always the same. */
const grantsOfSites = new WeakMap<BrokerIdentity, Grants>();

/** A site speaks as itself and hears what is meant for it. It cannot command, not even itself. */
function siteGrants(group: string, node: string): Grants {
  if (!isPlainLevel(group) || !isPlainLevel(node)) return nothing;
  const of = (type: string) => `spBv1.0/${group}/${type}/${node}`;
  return {
    published: new Map(),
    publish: [
      ...["NBIRTH", "NDATA", "NDEATH"].map(of),
      ...["DBIRTH", "DDATA", "DDEATH"].map((type) => `${of(type)}/+`),
    ],
    subscribe: [of("NCMD"), `${of("DCMD")}/+`, `${of("DCMD")}/#`, "spBv1.0/STATE/+"],
  };
}

/** A name with a wildcard or a slash in it would grant more than itself. */
const isPlainLevel = (level: string): boolean => isTopicValid(level) && !level.includes("/");

/** Who asks about more is answered without being remembered. */
const PUBLISHED_MAX = 1_000;

const hostGrants: Grants = {
  published: new Map(),
  publish: ["spBv1.0/#", "penstock/fleet/#"],
  subscribe: ["spBv1.0/#", "penstock/fleet/#"],
};

const viewerGrants: Grants = { published: new Map(), publish: [], subscribe: ["penstock/fleet/#"] };

const nothing: Grants = { published: new Map(), publish: [], subscribe: [] };
