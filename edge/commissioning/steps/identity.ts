import { ok } from "@penstock/protocol/result";
import type { DeviceMap } from "../../devices/driver.ts";
import { type CommissioningStep, devicesOf, type SiteAccess } from "../site-access.ts";

/** Every configured device is there, is ready, and says who it is; no two say the same. */
export const identity: CommissioningStep = {
  name: "identity",
  title: "every device is there and is who it should be",
  movesPower: false,
  async run(site) {
    const asked = await askOnceSettled(site);
    if (!asked.ok) return asked;
    const wrong: string[] = [];
    const right: string[] = [];
    const devices: Record<string, unknown> = {};
    const serials = new Map<string, string>();
    for (const { id, kind, address, talk, readings } of devicesOf(asked.value)) {
      if (kind === "plant") {
        const isRead = isThere({ kind, talk, readings });
        (isRead ? right : wrong).push(
          `${id} at ${address} ${isRead ? "is read" : "is not read: certificate, address?"}`,
        );
        continue;
      }
      if (talk?.state !== "ready") {
        wrong.push(`${id} at ${address} is ${talk?.state ?? "unknown"}: ${talk?.lastError ?? "not yet found"}`);
        continue;
      }
      const found = await site.ask({ op: "device-map", device: id });
      if (!found.ok) return found;
      const { identity: who, models } = found.value["map"] as DeviceMap;
      devices[id] = { address, ...who, models: models.map((model) => model.id) };
      const twin = serials.get(who.serialNumber);
      if (who.serialNumber === "") wrong.push(`${id} has no serial number: a swapped cabinet would not be noticed`);
      else if (twin !== undefined)
        wrong.push(`${id} and ${twin} have the same serial number ${who.serialNumber}: one address twice?`);
      else right.push(`${id}: ${who.manufacturer} ${who.model}, serial ${who.serialNumber}, firmware ${who.version}`);
      serials.set(who.serialNumber, id);
    }
    return ok({ wrong, right, measured: { devices } });
  },
};

/** A plant controller opens its session some seconds after the edge has begun; what is not there by then is missing. */
const PATIENCE_MS = 15_000;

async function askOnceSettled(site: SiteAccess) {
  const untilMs = site.nowMs() + PATIENCE_MS;
  for (;;) {
    const asked = await site.ask({ op: "devices" });
    if (!asked.ok || site.nowMs() >= untilMs || devicesOf(asked.value).every(isThere)) return asked;
    await site.waitMs(500);
  }
}

type Device = ReturnType<typeof devicesOf>[number];

const isThere = ({ kind, talk, readings }: Pick<Device, "kind" | "talk" | "readings">): boolean =>
  kind === "plant" ? Object.values(readings).some(({ quality }) => quality === "good") : talk?.state === "ready";
