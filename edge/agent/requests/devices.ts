import { readingFields } from "../reading-fields.ts";
import type { OperatorRequest } from "./request.ts";

/** Every configured device: where it is, how the talk with it goes, and what was last read of it. */
export const devices: OperatorRequest<object> = {
  op: "devices",
  role: "viewer",
  parse: () => ({}),
  answer: (_, { config, view }, answer) => {
    const { site, siteId, nowMs } = view();
    const images = new Map<string, object | undefined>([
      ...(site?.image.units ?? []).map((unit) => [unit.id, unit] as const),
      [config.meter.id, site?.image.meter],
      ...(config.feederMeters ?? []).map(
        (meter, index) => [meter?.id ?? "", site?.image.feederMeters?.[index]] as const,
      ),
      ...(config.plant === undefined ? [] : [[config.plant.id, site?.image.plant] as const]),
    ]);
    const configured = [
      ...config.units.map(({ id, driver, host, port, modbusUnitId }) => ({
        id,
        kind: "unit",
        driver,
        address: `${host}:${port}`,
        modbusUnitId,
      })),
      ...[config.meter, ...(config.feederMeters ?? []).flatMap((meter) => meter ?? [])].map((meter) => ({
        id: meter.id,
        kind: "meter",
        driver: meter.driver,
        address: `${meter.host}:${meter.port}`,
        modbusUnitId: meter.modbusUnitId,
      })),
      ...(config.plant === undefined
        ? []
        : [{ id: config.plant.id, kind: "plant", driver: config.plant.driver, address: config.plant.endpointUrl }]),
    ];
    answer({
      version: 1,
      site: siteId,
      timeMs: nowMs,
      devices: configured.map((device) => ({
        ...device,
        talk: [...(site?.devices ?? []), site?.plantTalk].find((talk) => talk?.id === device.id) ?? null,
        readings: readingFields(images.get(device.id) ?? {}),
      })),
    });
  },
};
