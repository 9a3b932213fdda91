import { fail, ok, type Result } from "@penstock/protocol/result";
import { type Discovery, decodeModel, type ReadAnswer, discover as searchModels } from "@penstock/protocol/sunspec";
import type { Ms } from "@penstock/protocol/units";
import type { RegisterTransport, TransportError } from "../transports/register-transport.ts";
import type { DeviceMap, DiscoveryError } from "./driver.ts";
import { identityOf } from "./identity-plan.ts";
import { sunspecModel } from "./sunspec-model.ts";

/**
 * Finds out what a device is: its chain of models, and who it says it is (model 1). Reads only. Answers once;
 * a device that does not answer ends the search at once with the transport's error.
 */
export function discover(
  transport: RegisterTransport,
  deadlineMs: Ms,
  done: (result: Result<DeviceMap, DiscoveryError>) => void,
): void {
  const search = searchModels();
  advance(search.next());

  function advance(step: ReturnType<typeof search.next>) {
    if (step.done) {
      if (step.value.ok) return identify(step.value.value);
      const { code: cause, ...facts } = step.value.error;
      return done(fail({ code: "device.not-sunspec", ...facts, cause }));
    }
    transport.read(step.value.address, step.value.registers, deadlineMs, (answer) => {
      if (!answer.ok && answer.error.code !== "modbus.exception") return done(answer);
      advance(search.next(withException(answer)));
    });
  }

  function identify({ models }: Discovery) {
    const common = models[0];
    if (common === undefined || common.id !== 1 || common.length > 100) {
      return done(fail({ code: "device.not-sunspec", cause: "the chain does not begin with model 1" }));
    }
    transport.read(common.address, common.length + 2, deadlineMs, (answer) => {
      if (!answer.ok) return done(answer);
      const decoded = decodeModel(sunspecModel(1), answer.value);
      if (!decoded.ok) return done(fail({ code: "device.not-sunspec", cause: decoded.error.code }));
      done(ok({ identity: identityOf(decoded.value.values), models }));
    });
  }
}

/** What must stay the same for a device to be the one we know: it, its firmware and its map. */
export const fingerprint = (map: DeviceMap): string => JSON.stringify(map);

const withException = (answer: Result<Uint16Array, TransportError>): ReadAnswer =>
  answer.ok ? answer : fail({ ...answer.error, modbusException: Number(answer.error["exception"]) });
