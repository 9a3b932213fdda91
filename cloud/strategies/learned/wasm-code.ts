/** Instructions of WebAssembly as bytes. Calls nest as expressions do: what is inside is reckoned first. */
export type Code = readonly number[];

const TYPES = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
type ValueType = keyof typeof TYPES;

/** A function of a module that returns nothing: it works on the memory the module is given. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

/** Names of variables by their type. */
type Names = Readonly<Partial<Record<ValueType, readonly string[]>>>;
type NameIn<N extends Names> = Extract<N[keyof N], readonly string[]>[number];

/**
 * Names its parameters and locals, in the order they are listed, and writes its body with their numbers.
 *
 * The encoding is the WebAssembly core specification 2.0, chapter 5 (binary format).
 */
export function wasmFunction<const Parameters extends Names, const Locals extends Names>(
  name: string,
  parameters: Parameters,
  locals: Locals,
  body: (numberOf: Readonly<Record<NameIn<Parameters> | NameIn<Locals>, number>>) => readonly Code[],
): WasmFunction {
  const variables = [...listed(parameters), ...listed(locals)];
  const numbers = Object.fromEntries(variables.map(([variable], at) => [variable, at]));
  return {
    name,
    parameters: listed(parameters).map(([, type]) => type),
    locals: listed(locals).map(([, type]) => type),
    body: body(numbers as Record<NameIn<Parameters> | NameIn<Locals>, number>).flat(),
  };
}

function listed(names: Names): readonly (readonly [string, ValueType])[] {
  return (Object.keys(names) as ValueType[]).flatMap((type) =>
    (names[type] ?? []).map((name) => [name, type] as const),
  );
}

/** A module of functions on one memory, imported as `env.memory`. */
export function wasmModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [0x60, ...list(parameters.map((type) => [TYPES[type]])), 0]);
  const bodies = functions.map(({ locals, body }) => {
    const code = [...list(locals.map((type) => [1, TYPES[type]])), ...body, END];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, [[...text("env"), ...text("memory"), 2, 0, 1]]),
    ...section(
      3,
      functions.map((_, at) => unsigned(at)),
    ),
    ...section(
      7,
      functions.map(({ name }, at) => [...text(name), 0, ...unsigned(at)]),
    ),
    ...section(10, bodies),
  ]);
}

const END = 0x0b;

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const i32 = (value: number): Code => [0x41, ...signed(value)];
export const f32 = (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
export const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const times = (a: Code, b: Code): Code => [...a, ...b, 0x6c];
const isBelow = (a: Code, b: Code): Code => [...a, ...b, 0x49];

/** Does its body, moves a pointer on, and again while the pointer is below an end: at least once. */
export const loop = (pointer: number, step: Code, end: Code, ...body: readonly Code[]): Code => [
  ...[0x03, 0x40],
  ...body.flat(),
  ...set(pointer, add(get(pointer), step)),
  ...isBelow(get(pointer), end),
  ...[0x0d, 0],
  END,
];

/** Four floats at a time. Addresses are of bytes, in whole floats. */
export const four = {
  load: (address: Code, offset = 0): Code => [...address, 0xfd, 0x00, 2, ...unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0xfd, 0x0b, 2, ...unsigned(offset)],
  /** One float of the memory, four times. */
  loadOne: (address: Code): Code => [...address, 0xfd, 0x09, 2, 0],
  /** An f32, four times. */
  of: (value: Code): Code => [...value, 0xfd, 0x13],
  add: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xe4, 1],
  subtract: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xe5, 1],
  times: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xe6, 1],
  over: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xe7, 1],
  root: (a: Code): Code => [...a, 0xfd, 0xe3, 1],
  greater: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xeb, 1],
  /** The first where the condition holds, and nought elsewhere. */
  where: (a: Code, condition: Code): Code => [...a, ...condition, 0xfd, 0x4e],
  isAbove: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0x44],
} as const;

function section(id: number, items: readonly Code[]): Code {
  const content = list(items);
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): Code {
  return list([...new TextEncoder().encode(value)].map((byte) => [byte]));
}

/** LEB128. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isWhole = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return isWhole ? [low] : [low | 0x80, ...signed(rest)];
}
