import { fail, ok } from "@penstock/protocol/result";
import type { DeviceIdentity, DeviceMap, Discover, ReadPlan } from "../driver.ts";
import { IDENTITY_EVERY_MS } from "../identity-plan.ts";
import type { MappedDevice } from "./mapped-device.ts";

/**
 * A mapped device cannot be recognised by a chain of models: it is who its map says it is, down to the version and
 * serial number that the map tells where to find. Without any, that it answers its first point is all there is.
 */
export const discoverMapped =
  ({ name, identity, points }: MappedDevice): Discover =>
  (transport, deadlineMs, done) => {
    const found: { -readonly [K in keyof DeviceIdentity]: string } = {
      manufacturer: identity.manufacturer ?? "",
      model: identity.model ?? name,
      version: "",
      serialNumber: "",
    };
    const questions: {
      readonly field?: "version" | "serialNumber";
      address: number;
      registers: number;
      table: "holding" | "input";
    }[] = (["version", "serialNumber"] as const).flatMap((field) => {
      const place = identity[field];
      return place === undefined ? [] : [{ field, ...place }];
    });
    const [first] = Object.values(points);
    if (questions.length === 0 && first !== undefined)
      questions.push({ address: first.address, registers: 1, table: first.table });
    ask(0);

    function ask(at: number) {
      const question = questions[at];
      if (question === undefined) return done(ok({ identity: found, models: [] }));
      const read = question.table === "input" ? transport.readInput : transport.read;
      read.call(transport, question.address, question.registers, deadlineMs, (answer) => {
        if (answer.ok) {
          if (question.field !== undefined) found[question.field] = textOf(answer.value);
          ask(at + 1);
        } else if (answer.error.code === "modbus.exception") {
          const { code: _, ...facts } = answer.error;
          done(
            fail({
              code: "device.not-as-mapped",
              cause: `${question.field ?? "its first point"} cannot be read`,
              ...facts,
            }),
          );
        } else done(answer);
      });
    }
  };

/** Version and serial number read again at a slow pace: another one is another device, or the same with other firmware. */
export const identityPlans = ({ identity }: MappedDevice, map: DeviceMap): readonly ReadPlan[] =>
  (["version", "serialNumber"] as const).flatMap((field) => {
    const place = identity[field];
    if (place === undefined) return [];
    const { address, registers: count, table } = place;
    const belongs = (registers: Uint16Array) => textOf(registers) === map.identity[field];
    return [{ address, count, table, everyMs: IDENTITY_EVERY_MS, belongs }];
  });

/** Two characters a register, closed by NULs. */
function textOf(registers: Uint16Array): string {
  const bytes = Array.from(registers).flatMap((word) => [word >> 8, word & 0xff]);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(Uint8Array.from(end < 0 ? bytes : bytes.slice(0, end))).trim();
}
