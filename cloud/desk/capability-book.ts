import type { CapabilityDocument, DeskAct } from "@penstock/protocol/fleet";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { SiteEntry } from "../config/cloud-config.ts";
import { type ActLogPorts, logAct } from "./act-log.ts";
import { KeptFacts } from "./kept-facts.ts";
import type { Person } from "./person.ts";

/**
 * The settings each site's bids rest on, as a hash the site works out over what the grid and the markets were told. The
 * first one ever heard counts, unless the configuration names another; one that changes keeps the site out of every
 * bid until a person has looked at the change and attests it. (Hornsdale bid for 16 weeks on a droop a firmware update
 * had changed, and was fined A$900,000.)
 */
export class CapabilityBook {
  readonly #ports: ActLogPorts;
  readonly #facts: KeptFacts;

  constructor(ports: ActLogPorts) {
    this.#ports = ports;
    this.#facts = new KeptFacts(ports.journal);
  }

  /** The hash a site has to tell for its bids to leave; the first told is written down here. */
  attestedHash({ siteId, capabilityHash }: SiteEntry, toldHash: string | undefined): string | undefined {
    const kept = this.#kept(siteId)?.hash ?? capabilityHash;
    if (kept !== undefined || toldHash === undefined) return kept;
    this.#keep(siteId, toldHash, null, { name: siteId, role: "viewer" }, "the first settings this site ever told");
    return toldHash;
  }

  /** A person vouches for what the site says now. Refused with `desk.capability-unknown` and `desk.capability-moved`. */
  attest(
    { siteId }: SiteEntry,
    toldHash: string | undefined,
    expectedHash: string | undefined,
    by: Person,
    why: string,
  ): Result<DeskAct, CodedError> {
    if (toldHash === undefined) return fail({ code: "desk.capability-unknown", siteId });
    // Who looked at one set of settings does not vouch for the next.
    if (expectedHash !== undefined && expectedHash !== toldHash) {
      return fail({ code: "desk.capability-moved", siteId, expectedHash, toldHash });
    }
    return ok(this.#keep(siteId, toldHash, this.#kept(siteId)?.hash ?? null, by, why));
  }

  document({ siteId, capabilityHash }: SiteEntry, toldHash: string | undefined): CapabilityDocument {
    const kept = this.#kept(siteId);
    const attestedHash = kept?.hash ?? capabilityHash ?? null;
    const state = stateOf(toldHash, attestedHash);
    return { siteId, state, toldHash: toldHash ?? null, attestedHash, attested: kept?.act ?? null };
  }

  #keep(siteId: string, hash: string, before: string | null, by: Person, why: string): DeskAct {
    const act = logAct(this.#ports, { act: "attest", subject: siteId, before, after: hash }, by, why);
    const kept: KeptCapability = { hash, act };
    this.#facts.put(keyOf(siteId), kept);
    return act;
  }

  #kept(siteId: string): KeptCapability | undefined {
    return this.#facts.get(keyOf(siteId)) as KeptCapability | undefined;
  }
}

function stateOf(toldHash: string | undefined, attestedHash: string | null): CapabilityDocument["state"] {
  if (toldHash === undefined) return "unknown";
  if (attestedHash === null) return "new";
  return toldHash === attestedHash ? "attested" : "changed";
}

interface KeptCapability {
  readonly hash: string;
  readonly act: DeskAct;
}

const keyOf = (siteId: string): string => `desk.capability.${siteId}`;
