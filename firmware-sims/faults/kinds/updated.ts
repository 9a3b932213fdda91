import { type FaultDefinition, isNumber, type Lasting, lasting } from "./kind.ts";

/**
 * Somebody updated the firmware: it restarted, says another version, and its map has moved by `shift` registers
 * (10,000 unless said: from 40000 to 50000, where discovery finds it again). When it ends the map is back where it was; the version stays, for an
 * update is not undone.
 */
export interface Updated extends Lasting {
  readonly kind: "updated";
  readonly shift?: number;
}

export const updated: FaultDefinition<Updated> = {
  kind: "updated",
  text: "new firmware: restarted, another version string, its map moved by shift registers (default 10000)",
  needs: [],
  parse: (fields) => ({
    kind: "updated",
    ...(isNumber(fields["shift"]) ? { shift: fields["shift"] } : {}),
    ...lasting(fields),
  }),
  begin(device, { shift = 10_000 }) {
    const version = device.image.find("1.Vr") ?? device.image.find("100.FirmwareVersion");
    if (version === undefined) return "not-applicable";
    device.restart();
    device.trouble.shift = shift;
    device.image.setText(version, "9.0.0");
    return undefined;
  },
};
