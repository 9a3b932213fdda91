import { describeError } from "@penstock/protocol/result";
import type { DeviceMap } from "../../devices/driver.ts";
import type { Command, CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";

export const command: Command = {
  usage: "DEVICE | HOST[:PORT][/UNIT]",
  help: "A device of the running site is told by the agent, as it was found; an address is\nasked directly and needs no agent. Reads only.",
  examples: [
    ["sitectl devices probe unit-3"],
    ["sitectl devices probe 10.0.7.13:502/1", "before it is in any configuration"],
  ],
  run: async (context) => {
    const [target] = context.words;
    if (target === undefined) return context.usage("which device? an id, or HOST:PORT");
    return /[:.]/.test(target) ? probeAddress(context, target) : probeKnown(context, target);
  },
};

async function probeKnown(context: CommandContext, device: string): Promise<number> {
  const asked = await context.ask({ op: "device-map", device });
  if (!asked.ok) return asked.exitCode;
  return show(context, device, asked.report["map"] as DeviceMap);
}

async function probeAddress(context: CommandContext, target: string): Promise<number> {
  const { parseDeviceAddress, probeDevice } = await driversAndWire();
  const address = parseDeviceAddress(target);
  if (address === undefined) return context.usage(`"${target}" is no HOST[:PORT][/UNIT]`);
  context.progress(`asking ${target} …`);
  const result = await probeDevice(address);
  if (result.ok) return show(context, target, result.value);
  context.say(
    `${target} does not answer as a SunSpec device: ${describeError(result.error)}. Is the port right (502), the unit id (/1), and does it take a second connection?`,
  );
  return exitCodes.unreachable;
}

/** Every driver there is, and a way to ask a device: not for somebody who only asks how this is used. */
const driversAndWire = () => import("../../commissioning/probe-device.ts");

async function show(context: CommandContext, name: string, map: DeviceMap): Promise<number> {
  const { driverFor } = await driversAndWire();
  const fits = driverFor(map);
  const { identity, models } = map;
  if (context.options.json) {
    context.printJson({ version: 1, device: name, identity, models, ...(fits ?? { kind: null, driver: null }) });
    return exitCodes.ok;
  }
  context.print([
    `${name}  ${identity.manufacturer} ${identity.model}, serial ${identity.serialNumber}, firmware ${identity.version}`,
    fits === undefined ? "no driver of ours fits it" : `a ${fits.kind} for driver ${fits.driver}`,
    "",
    ...context.look.table(
      [">model", ">address", ">registers"],
      models.map(({ id, address, length }) => [String(id), String(address), String(length + 2)]),
    ),
  ]);
  return exitCodes.ok;
}
