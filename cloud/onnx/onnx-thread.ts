import { parentPort, workerData } from "node:worker_threads";
import type { OnnxAnswer, OnnxQuestion, OnnxThreadData } from "./open-onnx-model.ts";

/**
 * Holds one model and answers one question at a time. The first is its trial and answered when it is; of every other one
 * the thread that asks sleeps until the signal is set.
 */
const { trial, signal, answers, bytes, library } = workerData as OnnxThreadData;

/** The part of the library that is used here. */
interface Library {
  readonly env: { readonly wasm: { numThreads: number } };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => unknown;
  readonly InferenceSession: { create(bytes: Uint8Array, options: object): Promise<Session> };
}

interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(inputs: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, Output | undefined>>>;
}

interface Output {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

let session: Session | undefined;
let runtime: Library | undefined;

void answer(trial).then((said) => parentPort?.postMessage(said));

parentPort?.on("message", (question: OnnxQuestion) => {
  void answer(question).then((said) => {
    answers.postMessage(said);
    Atomics.store(signal, 0, 1);
    Atomics.notify(signal, 0);
  });
});

async function answer({ input, output, rows, features }: OnnxQuestion): Promise<OnnxAnswer> {
  try {
    runtime ??= (await import(library)) as Library;
  } catch {
    return { ok: false, code: "onnx.no-runtime" };
  }
  try {
    runtime.env.wasm.numThreads = 1;
    session ??= await runtime.InferenceSession.create(bytes, { executionProviders: ["wasm"], logSeverityLevel: 4 });
    if (!session.inputNames.includes(input) || !session.outputNames.includes(output)) {
      const { inputNames, outputNames } = session;
      return { ok: false, code: "onnx.other-tensors", reason: `it takes ${inputNames} and gives ${outputNames}` };
    }
    const table = new runtime.Tensor("float32", Float32Array.from(rows), [rows.length / features, features]);
    const said = (await session.run({ [input]: table }))[output];
    if (said === undefined || !/^float/.test(said.type)) {
      return { ok: false, code: "onnx.other-tensors", reason: `${output} is ${said?.type ?? "nothing"}, not floats` };
    }
    return { ok: true, values: Float64Array.from(said.data), shape: said.dims };
  } catch (error) {
    return { ok: false, code: "onnx.cannot-run", reason: error instanceof Error ? error.message : String(error) };
  }
}
