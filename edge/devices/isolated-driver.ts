import { type CodedError, fail } from "@penstock/protocol/result";
import type { MeterConfig, UnitConfig } from "../config/site-config.ts";
import { type MeterImage, missing, type UnitImage } from "../control/image.ts";
import type { RegisterTransport } from "../transports/register-transport.ts";
import type { Control, Discover, Driver, Heartbeat, MeterDriver, UnitDriver } from "./driver.ts";

/** Told of what was thrown, and in which of the driver's functions. */
export type OnDriverError = (where: string, message: string) => void;

/**
 * A unit's driver whose mistakes stay its own: what it throws at becomes the answer that lets nothing happen on this
 * device, and no other device or cycle notices. The next call asks it again.
 */
export function isolatedUnitDriver(driver: UnitDriver, onError: OnDriverError): UnitDriver {
  const attempt = attempting(onError);
  return {
    ...isolated(driver, onError),
    kind: "unit",
    // A device of which it cannot be said what may be written is not one to command.
    plan: (map) =>
      attempt(
        "plan",
        () => {
          driver.writable(map);
          return driver.plan(map);
        },
        driverError,
      ),
    image(unit, blocks, view) {
      try {
        return driver.image(unit, blocks, view);
      } catch (error) {
        return unreadUnit(unit, failed("image", error, onError));
      }
    },
    lint: (unit, blocks) => attempt("lint", () => driver.lint(unit, blocks), oddDriver),
    controls: driver.controls.map((control) => isolatedControl(control, onError)),
    heartbeat: driver.heartbeat && isolatedHeartbeat(driver.heartbeat, onError),
    writable: (map) =>
      attempt(
        "writable",
        () => driver.writable(map),
        () => [],
      ),
    watched: driver.watched,
  };
}

/** The same of a meter's. */
export function isolatedMeterDriver(driver: MeterDriver, onError: OnDriverError): MeterDriver {
  const attempt = attempting(onError);
  return {
    ...isolated(driver, onError),
    kind: "meter",
    image(meter: MeterConfig, blocks, view) {
      try {
        return driver.image(meter, blocks, view);
      } catch (error) {
        return unreadMeter(failed("image", error, onError));
      }
    },
    lint: (meter, blocks) => attempt("lint", () => driver.lint(meter, blocks), oddDriver),
  };
}

/** For what is asked now and then; what every cycle asks catches for itself and makes no functions to do so. */
const attempting =
  (onError: OnDriverError) =>
  <T>(where: string, act: () => T, otherwise: (cause: string) => T): T => {
    try {
      return act();
    } catch (error) {
      return otherwise(failed(where, error, onError));
    }
  };

/** Tells of what was thrown; what the answer says in its stead. */
function failed(where: string, error: unknown, onError: OnDriverError): string {
  const message = error instanceof Error ? error.message : String(error);
  onError(where, message);
  return `its driver failed: ${message}`;
}

function isolated({ name, discover, ...driver }: Driver, onError: OnDriverError): Driver {
  return {
    name,
    ...(discover && { discover: isolatedDiscover(discover, onError) }),
    plan: (map) => attempting(onError)("plan", () => driver.plan(map), driverError),
  };
}

/** Discovery goes on in answers that come later: what is thrown there ends it as well. */
const isolatedDiscover =
  (discover: Discover, onError: OnDriverError): Discover =>
  (transport, deadlineMs, done) => {
    let isDone = false;
    const finish: typeof done = (result) => {
      if (isDone) return;
      isDone = true;
      done(result);
    };
    const attempt = (act: () => void) =>
      attempting(onError)("discover", act, (text) => finish(fail({ code: "device.not-as-mapped", text })));
    const guarded: RegisterTransport = {
      read: (address, count, withinMs, heard) =>
        transport.read(address, count, withinMs, (result) => attempt(() => heard(result))),
      readInput: (address, count, withinMs, heard) =>
        transport.readInput(address, count, withinMs, (result) => attempt(() => heard(result))),
      write: (address, values, withinMs, heard) =>
        transport.write(address, values, withinMs, (result) => attempt(() => heard(result))),
      close: () => transport.close(),
    };
    attempt(() => discover(guarded, deadlineMs, finish));
  };

function isolatedControl(control: Control, onError: OnDriverError): Control {
  const attempt = attempting(onError);
  const { name, count, block, blockOffset } = control;
  return {
    name,
    count,
    block,
    blockOffset,
    place: (map) => attempt("place", () => control.place(map), nowhere),
    isWanted(setpoint) {
      try {
        return control.isWanted(setpoint);
      } catch (error) {
        failed("isWanted", error, onError);
        return false;
      }
    },
    encode(unit, blocks, setpoint, into) {
      try {
        return control.encode(unit, blocks, setpoint, into);
      } catch (error) {
        failed("encode", error, onError);
        return false;
      }
    },
    ...(control.stamp && {
      stamp: (into: Uint16Array, writes: number) =>
        attempt(
          "stamp",
          () => control.stamp?.(into, writes),
          () => {},
        ),
    }),
    isApplied(read, written) {
      try {
        return control.isApplied(read, written);
      } catch (error) {
        failed("isApplied", error, onError);
        return false;
      }
    },
    hasReverted(read) {
      try {
        return control.hasReverted(read);
      } catch (error) {
        failed("hasReverted", error, onError);
        return false;
      }
    },
  };
}

const isolatedHeartbeat = (heartbeat: Heartbeat, onError: OnDriverError): Heartbeat => ({
  block: heartbeat.block,
  place: (map) => attempting(onError)("heartbeat.place", () => heartbeat.place(map), nowhere),
  read: (block) =>
    attempting(onError)(
      "heartbeat.read",
      () => heartbeat.read(block),
      () => Number.NaN,
    ),
});

const driverError = (text: string) => fail({ code: "device.driver-error", text } satisfies CodedError);
const nowhere = () => undefined;
const oddDriver = (text: string) => [{ point: "driver", value: Number.NaN, cause: "implausible" as const, text }];

function unreadUnit({ id, rating }: UnitConfig, cause: string): UnitImage {
  const unread = missing(cause);
  return {
    id,
    rating,
    powerW: unread,
    reactiveVar: unread,
    soc: unread,
    chargeWMax: unread,
    dischargeWMax: unread,
    temperatureC: unread,
    state: unread,
    remote: unread,
    setpointW: unread,
    dischargedWh: unread,
    chargedWh: unread,
  };
}

function unreadMeter(cause: string): MeterImage {
  const unread = missing(cause);
  return {
    powerW: unread,
    reactiveVar: unread,
    frequencyHz: unread,
    voltageV: unread,
    exportedWh: unread,
    importedWh: unread,
  };
}
