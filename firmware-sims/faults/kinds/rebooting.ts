import { type FaultDefinition, isNumber } from "./kind.ts";

/** Restarts: no answer for `durationMs`, set-points lost, then back at its safe value. */
export interface Rebooting {
  readonly kind: "rebooting";
  readonly durationMs: number;
}

export const rebooting: FaultDefinition<Rebooting> = {
  kind: "rebooting",
  text: "no answer for a while, set-points lost, then back at its safe value",
  needs: ["durationMs"],
  parse: ({ durationMs }) => (isNumber(durationMs) ? { kind: "rebooting", durationMs } : undefined),
  begin(device) {
    device.trouble.silent = true;
    device.restart();
    return undefined;
  },
  beginOnPlant(plant) {
    plant.trouble.silent = true;
    plant.restart();
  },
  // A device that is still down has restarted already.
  later: () => ({ kind: "silent" }),
};
