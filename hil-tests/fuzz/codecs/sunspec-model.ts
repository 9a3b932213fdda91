import type { Rng } from "@penstock/protocol/rng";
import { blankModel, compilePoints, decodeModel, encodePoint, type Model, models } from "@penstock/protocol/sunspec";
import { type CodecUnderTest, expectThat } from "./codec.ts";

/**
 * Two decoders that share only the table must say the same of any registers whatever, no sentinel may come out as a
 * number, and what is encoded from a decoded value must decode to it again.
 */
export const sunspecModel: CodecUnderTest = {
  name: "sunspec-model",
  share: 1,
  begin(rng) {
    const all = [...models.values()].filter((model) => model.id !== 1).map(prepared);
    return () => tryOnce(rng, rng.pick(all));
  },
};

interface Prepared {
  readonly model: Model;
  readonly names: readonly string[];
  readonly scales: readonly string[];
  readonly blank: Uint16Array;
  readonly decode: ReturnType<typeof compilePoints>;
}

function prepared(model: Model): Prepared {
  const names = model.points
    .filter(({ type, typeName }) => type.form !== "text" && typeName !== "pad")
    .map(({ name }) => name);
  const scales = model.points.filter(({ typeName }) => typeName === "sunssf").map(({ name }) => name);
  return { model, names, scales, blank: blankModel(model), decode: compilePoints(model, names) };
}

function tryOnce(rng: Rng, { model, names, scales, blank, decode }: Prepared): "taken" | "refused" {
  const registers = blank.slice();
  for (let at = 2; at < registers.length; at++) if (rng.chance(0.5)) registers[at] = word(rng);
  for (const point of model.points)
    if (point.typeName === "sunssf" && rng.chance(0.9)) registers[point.offset] = rng.integer(-4, 5);
  if (rng.chance(0.1)) registers[rng.integer(0, 2)] = word(rng);
  const image = rng.chance(0.9) ? registers : registers.subarray(0, rng.integer(0, registers.length));
  const frame = new Uint8Array(image.buffer, image.byteOffset, image.byteLength);

  const read = decodeModel(model, image);
  const isWhole = image[0] === model.id && image[1] !== undefined && image.length >= 2 + image[1];
  expectThat(read.ok === isWhole, `model ${model.id}: ${read.ok ? "taken" : read.error.code}`, frame);
  if (!read.ok) return "refused";
  const { values, length } = read.value;
  const numbers = decode(image.subarray(0, 2 + length), 0);
  names.forEach((name, index) => {
    const value = values[name];
    const number = numbers[index] ?? Number.NaN;
    const isSame = value === undefined ? Number.isNaN(number) : Number(value) === number;
    if (!isSame || Object.is(value, Number.NaN)) {
      expectThat(false, `${model.id}.${name}: ${value} and ${number}`, frame);
    }
  });
  const name = rng.pick(names);
  const value = values[name];
  // Scaled, a 64-bit counter near its end is more than a number holds to the last digit.
  if (value !== undefined && Math.abs(Number(value)) < 1e15) {
    const factors = Object.fromEntries(scales.map((scale) => [scale, numberOf(values[scale])]));
    const words = encodePoint(model, name, value, factors);
    expectThat(words.ok, `${model.id}.${name}: ${value} is not encoded again`, frame);
    const point = model.points.find((candidate) => candidate.name === name);
    registers.set(words.value, point?.offset ?? 0);
    const again = decodeModel(model, registers);
    const isSame = again.ok && again.value.values[name] === value;
    expectThat(isSame, `${model.id}.${name}: ${value} comes back as ${again.ok && again.value.values[name]}`, frame);
  }
  return "taken";
}

const TELLING = [0, 1, 0x7fff, 0x8000, 0x8001, 0xfffe, 0xffff, 0x7fc0, 0x7f80, 0xff80, 0x4eff];

const word = (rng: Rng): number => (rng.chance(0.3) ? rng.pick(TELLING) : rng.integer(0, 0x1_0000));

const numberOf = (value: number | bigint | string | undefined): number | undefined =>
  value === undefined ? undefined : Number(value);
