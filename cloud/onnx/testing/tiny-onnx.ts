/**
 * The smallest useful ONNX model, byte by byte as onnx.proto3 says: output = input · weights + bias, any number of rows.
 * `weights` is row-major, a row a feature, a column an output.
 */
export function tinyOnnx(
  weights: readonly number[],
  bias: readonly number[],
  names = { input: "x", output: "y" },
): Uint8Array {
  const columns = bias.length;
  const features = weights.length / columns;
  const graph = [
    field(1, node("MatMul", [names.input, "weights"], "product")),
    field(1, node("Add", ["product", "bias"], names.output)),
    field(2, text("tiny")),
    field(5, tensor("weights", [features, columns], weights)),
    field(5, tensor("bias", [columns], bias)),
    field(11, value(names.input, features)),
    field(12, value(names.output, columns)),
  ];
  const opset = field(8, [...number(2, 13)]);
  return Uint8Array.from([...number(1, 8), ...field(7, graph.flat()), ...opset]);
}

const FLOAT = 1;

const node = (operation: string, inputs: readonly string[], output: string): number[] => [
  ...inputs.flatMap((name) => field(1, text(name))),
  ...field(2, text(output)),
  ...field(4, text(operation)),
];

const tensor = (name: string, shape: readonly number[], values: readonly number[]): number[] => [
  ...shape.flatMap((length) => number(1, length)),
  ...number(2, FLOAT),
  ...field(8, text(name)),
  ...field(9, [...new Uint8Array(Float32Array.from(values).buffer)]),
];

/** A table of floats: any number of rows, so many columns. */
const value = (name: string, columns: number): number[] => {
  const shape = [...field(1, field(2, text("rows"))), ...field(1, number(1, columns))];
  const type = field(1, [...number(1, FLOAT), ...field(2, shape)]);
  return [...field(1, text(name)), ...field(2, type)];
};

const text = (words: string): number[] => [...new TextEncoder().encode(words)];

const field = (id: number, bytes: readonly number[]): number[] => [
  ...varint(id * 8 + 2),
  ...varint(bytes.length),
  ...bytes,
];
const number = (id: number, whole: number): number[] => [...varint(id * 8), ...varint(whole)];
const varint = (whole: number): number[] =>
  whole < 128 ? [whole] : [(whole % 128) + 128, ...varint(Math.floor(whole / 128))];
