import { fail, ok } from "@penstock/protocol/result";
import { type DecodedModel, modelById, type PointValue } from "@penstock/protocol/sunspec";
import { type ReadRegisters, readModels } from "../../commissioning/read-models.ts";
import type { DeviceMap } from "../../devices/driver.ts";
import type { Command, CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { shorten } from "../words.ts";

export const command: Command = {
  usage: "DEVICE [--model N | --address A --count N]",
  help: "Reads registers now, over the connection the loop already has: many devices take\nonly one. A model is decoded point by point; --address shows raw registers.\nWithout either every model the device has and we know.",
  examples: [
    ["sitectl devices read unit-3 --model 701"],
    ["sitectl devices read meter-1"],
    ["sitectl devices read unit-3 --address 40000 --count 4", "raw: SunS and the first model"],
  ],
  options: {
    model: { value: "N", text: "only this SunSpec model" },
    address: { value: "A", text: "first register, counted from 0" },
    count: { value: "N", text: "how many registers, at most 125 (default 1)" },
    all: { text: "with the points the device does not implement" },
  },
  run: async (context) => {
    const [device] = context.words;
    if (device === undefined) return context.usage("which device? sitectl devices ls lists them");
    const address = context.options.number("address");
    const model = context.options.number("model");
    if (address === undefined || model === undefined) return context.usage("--address and --model are numbers");
    return address === null ? readDecoded(context, device, model) : readRaw(context, device, address);
  },
};

async function readRaw(context: CommandContext, device: string, address: number): Promise<number> {
  const count = context.options.number("count") ?? 1;
  const asked = await context.ask({ op: "device-registers", device, address, count });
  if (!asked.ok) return asked.exitCode;
  const registers = asked.report["registers"] as readonly number[];
  if (context.options.json) context.printJson(asked.report);
  else {
    const rows = registers.map((value, index) => [
      String(address + index),
      `0x${value.toString(16).padStart(4, "0")}`,
      String(value),
      String((value << 16) >> 16),
      text(value),
    ]);
    context.print(context.look.table([">address", "hex", ">unsigned", ">signed", "text"], rows));
  }
  return exitCodes.ok;
}

async function readDecoded(context: CommandContext, device: string, only: number | null): Promise<number> {
  const asked = await context.ask({ op: "device-map", device });
  if (!asked.ok) return asked.exitCode;
  const map = asked.report["map"] as DeviceMap;
  const wanted = map.models.filter(({ id }) => modelById(id) !== undefined && (only === null || id === only));
  if (wanted.length === 0) {
    context.say(
      `${device} has no model ${only ?? ""} that we know; it has ${map.models.map(({ id }) => id).join(", ")}`,
    );
    return exitCodes.failure;
  }
  const read: ReadRegisters = async (address, count) => {
    const part = await context.ask({ op: "device-registers", device, address, count });
    // What went wrong has been said.
    return part.ok
      ? ok(part.report["registers"] as readonly number[])
      : fail({ code: "said", exitCode: part.exitCode });
  };
  context.progress(`reading ${wanted.length} models of ${device}, between the loop's own requests …`);
  const result = await readModels(map, read, only);
  if (!result.ok) {
    const { code, exitCode, model } = result.error;
    if (code === "said") return Number(exitCode);
    context.say(`model ${model} of ${device}: ${code}; has its map moved? sitectl devices probe ${device}`);
    return exitCodes.failure;
  }
  const decoded = result.value;
  if (context.options.json) {
    const models = decoded.map(({ id, values, blocks }) => ({ id, values: plain(values), blocks: blocks.map(plain) }));
    context.printJson({ version: 1, device, models });
  } else for (const model of decoded) context.print(modelLines(context, model));
  return exitCodes.ok;
}

function modelLines(context: CommandContext, { id, values, blocks }: DecodedModel): string[] {
  const model = modelById(id);
  const rowsOf = (
    points: readonly { name: string; unit?: string }[],
    from: Readonly<Record<string, PointValue>>,
    prefix: string,
  ) =>
    points
      .filter(({ name }) => Object.hasOwn(from, name) && (context.options.flag("all") || from[name] !== undefined))
      .map(({ name, unit = "" }) => [`${prefix}${name}`, shorten(String(from[name] ?? "not implemented"), 40), unit]);
  const rows = [
    ...rowsOf(model?.points ?? [], values, ""),
    ...blocks.flatMap((block, index) => rowsOf(model?.block?.points ?? [], block, `${model?.block?.name}[${index}].`)),
  ];
  return [context.look.paint.bold(`model ${id}`), ...context.look.table(["point", ">value", "unit"], rows), ""];
}

/** JSON knows neither bigint nor undefined. */
const plain = (values: Readonly<Record<string, PointValue>>): Readonly<Record<string, string | number | null>> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === "bigint" ? String(value) : (value ?? null)]),
  );

const text = (value: number): string =>
  [value >> 8, value & 0xff].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
