import { mapProtocol } from "../devices/index.ts";
import type { MappedDevice } from "../devices/mapped/mapped-device.ts";
import { parseDeviceMap } from "../devices/mapped/parse-device-map.ts";
import type { SiteDocument } from "./site-document.ts";

/** The text of a file beside the site's, or why it cannot be read. */
export type ReadText = (
  path: string,
) => { readonly ok: true; readonly text: string; readonly file: string } | { readonly ok: false; readonly why: string };

type Say = (path: readonly (string | number)[], name: string, message: string) => void;

/** The maps of all devices that have one, by device; complaints carry the map's own file and line. */
export function readDeviceMaps(site: SiteDocument, readText: ReadText, say: Say): ReadonlyMap<string, MappedDevice> {
  const maps = new Map<string, MappedDevice>();
  const devices = [
    ...site.units.map((unit, index) => ({
      ...unit,
      kind: "unit" as const,
      path: ["units", index],
      name: `units[${index}]`,
    })),
    { ...site.meter, kind: "meter" as const, path: ["meter"], name: "meter" },
    ...site.feeders.flatMap(({ meter }, index) =>
      meter === undefined
        ? []
        : [{ ...meter, kind: "meter" as const, path: ["feeders", index, "meter"], name: `feeders[${index}].meter` }],
    ),
  ];
  for (const { id, driver, map, pkiFolder, kind, path, name } of devices) {
    const protocol = mapProtocol(driver);
    if (protocol === "opc-ua" && pkiFolder === undefined)
      say(path, name, `has driver ${driver} and needs pkiFolder: where our key and the trusted certificates are kept`);
    if (map === undefined) {
      if (protocol !== undefined)
        say(path, name, `has driver ${driver} and needs map: the file that describes the device`);
      continue;
    }
    if (protocol === undefined) {
      say([...path, "map"], `${name}.map`, `is only for driver modbus-map or opc-ua-map; ${driver} knows its device`);
      continue;
    }
    const read = readText(map);
    if (!read.ok) {
      say([...path, "map"], `${name}.map`, `cannot be read: ${read.why}`);
      continue;
    }
    const parsed = parseDeviceMap(read.text, { file: read.file, protocol, kind });
    if (parsed.ok) {
      maps.set(id, parsed.value);
      const isBlind = kind === "unit" && parsed.value.image["temperatureC"] === undefined;
      // A temperature nobody knows leaves the unit no power at all.
      if (isBlind && site.control.unitThermal !== undefined)
        say(
          [...path, "map"],
          `${name}.map`,
          "names no temperatureC, which control.unitThermal needs: leave one of the two out",
        );
    } else say([...path, "map"], `${name}.map`, `is not a ${kind} map we can use:\n${parsed.error.text}`);
  }
  return maps;
}
