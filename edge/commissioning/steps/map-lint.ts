import { fail, ok } from "@penstock/protocol/result";
import type { DeviceMap } from "../../devices/driver.ts";
import { lintModels } from "../lint-models.ts";
import { type ReadRegisters, readModels } from "../read-models.ts";
import { type CommissioningStep, devicesOf, type SiteAccess } from "../site-access.ts";

/** Every register we rely on is implemented, scaled, in range, and agrees with the site's file. */
export const mapLint: CommissioningStep = {
  name: "map-lint",
  title: "every register we rely on makes sense and agrees with the site's file",
  movesPower: false,
  async run(site) {
    const listed = await site.ask({ op: "devices" });
    if (!listed.ok) return listed;
    const units = await site.ask({ op: "units" });
    if (!units.ok) return units;
    const ratings = units.value["units"] as readonly {
      id: string;
      rating: { capacityWh: number; dischargeWMax: number; chargeWMax: number };
    }[];
    const wrong: string[] = [];
    const right: string[] = [];
    const devices = devicesOf(listed.value).filter(({ kind }) => kind !== "plant");
    let done = 0;
    // Side by side: each device has a connection of its own, and waits for nobody else's.
    await Promise.all(
      devices.map(async ({ id, kind }) => {
        const models = await modelsOf(site, id);
        site.say(`read ${id} (${++done} of ${devices.length})`);
        if (!models.ok) {
          wrong.push(`${id} could not be read in full: ${models.error.code}`);
          return;
        }
        const rating = ratings.find((unit) => unit.id === id)?.rating;
        const findings = lintModels(kind === "unit" ? "unit" : "meter", models.value, rating);
        wrong.push(...findings.map((finding) => `${id}: ${finding}`));
        if (findings.length === 0) right.push(`${id}: ${models.value.length} models read, nothing amiss`);
      }),
    );
    return ok({ wrong, right, measured: {} });
  },
};

async function modelsOf(site: SiteAccess, device: string) {
  const found = await site.ask({ op: "device-map", device });
  if (!found.ok) return found;
  const read: ReadRegisters = async (address, count) => {
    const part = await site.ask({ op: "device-registers", device, address, count });
    return part.ok ? ok(part.value["registers"] as readonly number[]) : part;
  };
  const models = await readModels(found.value["map"] as DeviceMap, read);
  return models.ok && models.value.length === 0 ? fail({ code: "device.not-sunspec" }) : models;
}
