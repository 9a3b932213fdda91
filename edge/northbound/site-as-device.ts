import { type Ms, W } from "@penstock/protocol/units";
import { ILLEGAL_ADDRESS, ILLEGAL_FUNCTION, ILLEGAL_VALUE, type ServedDevice } from "./modbus-server.ts";
import { type CommandPower, isSetpointPoint, SetpointPoints } from "./setpoint-points.ts";
import { BASE_ADDRESS, CONTROLS_OFFSET, PERCENT_SCALE, type SiteView, siteRegisters } from "./site-registers.ts";

export interface SiteAsDeviceOptions {
  readonly view: () => SiteView;
  /** Undefined where the configuration does not grant it. `undefined` watts: no limit. */
  readonly limit: ((exportWMax: W | undefined, from: string) => void) | undefined;
  /** The same. */
  readonly command: CommandPower | undefined;
  /** How long a command holds where its client names no time. */
  readonly setpointForMs: Ms;
}

/**
 * The site as SCADA's Modbus master sees it. Everything may be read. Where it is granted, 704 WMaxLimPctEna and
 * WMaxLimPct may be written: the limit goes the grid operator's way, is latched on disk, and is lifted only by
 * writing 0 to WMaxLimPctEna. A timer for it is not taken: a limit that ends by itself is not the operator's word. With a
 * set-point (704 WSet) it is the other way round: see {@link SetpointPoints}.
 */
export function siteAsDevice({ view, limit, command, setpointForMs }: SiteAsDeviceOptions): ServedDevice {
  const setpoint = new SetpointPoints({ command, forMs: setpointForMs });
  /** Written before it is enabled, it waits. */
  let percentRaw: number | undefined;
  return {
    read(address, count) {
      const now = view();
      const { registers } = siteRegisters(now, setpoint.shown(now.setpoint));
      // A figure that waits to be enabled is shown, so that whoever wrote it can read it back.
      if (percentRaw !== undefined && !isLimited(now)) registers[CONTROLS_OFFSET + ENABLE + 1] = percentRaw;
      const from = address - BASE_ADDRESS;
      if (from < 0 || from + count > registers.length) return ILLEGAL_ADDRESS;
      return registers.subarray(from, from + count);
    },

    write(address, values, from) {
      const now = view();
      const point = address - BASE_ADDRESS - CONTROLS_OFFSET;
      if (isSetpointPoint(point)) return setpoint.write(point, values, now.setpoint !== undefined, from);
      if (limit === undefined) return ILLEGAL_FUNCTION;
      const first = point - ENABLE;
      if (first < 0 || first + values.length > 2) return ILLEGAL_ADDRESS;
      const isOn = isLimited(now);
      const enable = first === 0 ? values[0] : Number(isOn);
      const raw = first === 0 ? values[1] : values[0];
      if (enable !== 0 && enable !== 1) return ILLEGAL_VALUE;
      if (raw !== undefined && raw > 100 / 10 ** PERCENT_SCALE) return ILLEGAL_VALUE;
      percentRaw = raw ?? percentRaw;
      if (enable === 0) {
        if (isOn && first === 0) limit(undefined, from);
        return 0;
      }
      const { ratedW } = siteRegisters(now);
      // Enabled without ever having been given a figure, or with nothing known of the site: no limit can be meant.
      if (percentRaw === undefined || !(ratedW > 0)) return ILLEGAL_VALUE;
      const exportWMax = W((ratedW * percentRaw * 10 ** PERCENT_SCALE) / 100);
      // Many masters write the same thing every second: that is one word, not one a second on disk.
      if (exportWMax !== now.limitW?.powerWMax) limit(exportWMax, from);
      return 0;
    },
  };
}

const isLimited = ({ limitW }: SiteView): boolean => limitW !== undefined && Number.isFinite(limitW.powerWMax);

/** WMaxLimPctEna, and WMaxLimPct behind it. */
const ENABLE = 14;
