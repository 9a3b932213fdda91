import { privateKeyFromSeed, type SigningKey } from "@penstock/protocol/lease";
import type { MqttMessage } from "@penstock/protocol/link";
import type { Rng } from "@penstock/protocol/rng";
import { DataType, encodePayload, nodeTopic } from "@penstock/protocol/sparkplug";
import type { UtcMs } from "@penstock/protocol/units";
import type { SiteName } from "./scene.ts";
import { GROUP } from "./site-config.ts";

/** Issues leases a story writes itself. Every site of a test world trusts its key, as it would a second desk's. */
export const STORYTELLER = "storyteller";

export const storytellerKey = (rng: Rng): SigningKey => ({
  keyId: STORYTELLER,
  privateKey: privateKeyFromSeed(rng.fork(STORYTELLER).bytes(32)),
});

export const audienceOf = (site: SiteName): string => `${GROUP}/${site}`;

/** A node command with an envelope in it, as a host would send it; nothing about the envelope is checked on the way. */
export function leaseMessage(site: SiteName, envelope: Uint8Array, nowMs: UtcMs): MqttMessage {
  return {
    topic: nodeTopic(GROUP, "NCMD", site),
    payload: encodePayload({
      timestampMs: nowMs,
      metrics: [{ name: "Dispatch/Lease", datatype: DataType.Bytes, value: envelope, timestampMs: nowMs }],
    }),
    qos: 0,
    retain: false,
  };
}
