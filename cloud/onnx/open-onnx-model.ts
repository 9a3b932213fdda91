import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { type Ms, seconds } from "@penstock/protocol/units";

/** What a question to the thread is: a table, row-major, for the tensor `input`; wanted is the tensor `output`. */
export interface OnnxQuestion {
  readonly input: string;
  readonly output: string;
  readonly rows: Float64Array;
  readonly features: number;
}

export type OnnxAnswer =
  | { readonly ok: true; readonly values: Float64Array; readonly shape: readonly number[] }
  | { readonly ok: false; readonly code: string; readonly reason?: string };

export interface OnnxThreadData {
  /** One word: 1 when an answer is there. */
  readonly signal: Int32Array<SharedArrayBuffer>;
  readonly answers: MessagePort;
  readonly bytes: Uint8Array;
  readonly library: string;
}

/** What a model takes and gives, as far as it is run here. */
export interface OnnxShape {
  readonly inputs: readonly string[];
  readonly quantiles: readonly number[];
  readonly tensors?: { readonly input: string; readonly output: string } | undefined;
}

export type OnnxModel = (rows: Float64Array, horizon: number) => Result<Float64Array, CodedError>;

/** Loading the runtime and compiling a model; a machine may be busy. */
const OPEN_TIMEOUT_MS = seconds(30);
const RUN_TIMEOUT_MS = seconds(5);
/** Loaded under a name the compiler does not follow: a cloud without it is type-checked and runs all the same. */
const LIBRARY: string = "onnxruntime-web";
const TENSORS = { input: "input", output: "output" };

/**
 * An ONNX model, run on the CPU as WebAssembly in a thread of its own: a file made elsewhere gets no door to the machine.
 * Answers at once, for a desk that decides in one go; meanwhile the caller's thread waits, at most five seconds.
 *
 * It is tried on two rows before it is trusted. Refused with `onnx.no-runtime` when the library is not installed,
 * `onnx.cannot-run`, `onnx.other-tensors`, `onnx.other-shape`, `onnx.timeout`. After a timeout the thread is ended, and the
 * next question begins another.
 */
export function openOnnxModel(
  { inputs, quantiles, tensors = TENSORS }: OnnxShape,
  bytes: Uint8Array,
): Result<OnnxModel, CodedError> {
  const host = new OnnxHost(bytes);
  const model: OnnxModel = (rows, horizon) => {
    const said = host.ask({ ...tensors, rows, features: inputs.length });
    if (!said.ok) return said;
    const { values, shape } = said.value;
    if (values.length !== horizon * quantiles.length) {
      return fail({ code: "onnx.other-shape", shape: [...shape], wanted: [horizon, quantiles.length] });
    }
    return ok(values);
  };
  const tried = model(new Float64Array(2 * inputs.length), 2);
  if (tried.ok) return ok(model);
  host.end();
  return tried;
}

class OnnxHost {
  readonly #bytes: Uint8Array;
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  #thread: { readonly worker: Worker; readonly answers: MessagePort } | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  ask(question: OnnxQuestion): Result<Extract<OnnxAnswer, { ok: true }>, CodedError> {
    const isNew = this.#thread === undefined;
    this.#thread ??= this.#begin();
    const { worker, answers } = this.#thread;
    Atomics.store(this.#signal, 0, 0);
    worker.postMessage(question);
    const timeoutMs: Ms = isNew ? OPEN_TIMEOUT_MS : RUN_TIMEOUT_MS;
    if (Atomics.wait(this.#signal, 0, 0, timeoutMs) === "timed-out") {
      this.end();
      return fail({ code: "onnx.timeout", timeoutMs });
    }
    const answer = receiveMessageOnPort(answers)?.message as OnnxAnswer;
    if (answer.ok) return ok(answer);
    const { ok: _, ...error } = answer;
    const remedy =
      error.code === "onnx.no-runtime" ? { needed: LIBRARY, remedy: "npm install --include=optional" } : {};
    return fail({ ...error, ...remedy });
  }

  end(): void {
    void this.#thread?.worker.terminate();
    this.#thread = undefined;
  }

  #begin() {
    const { port1: answers, port2 } = new MessageChannel();
    const workerData: OnnxThreadData = { signal: this.#signal, answers: port2, bytes: this.#bytes, library: LIBRARY };
    const file = new URL("./onnx-thread.ts", import.meta.url);
    const worker = new Worker(file, { workerData, transferList: [port2] });
    worker.unref();
    answers.unref();
    return { worker, answers };
  }
}
