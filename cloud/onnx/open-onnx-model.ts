import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { seconds } from "@penstock/protocol/units";

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
  /** Answered by the thread's own port as soon as the model is loaded; every question after it by the signal. */
  readonly trial: OnnxQuestion;
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

/** Loading the runtime and compiling a model; a machine may be busy. Nobody waits for it. */
const OPEN_TIMEOUT_MS = seconds(30);
/** A desk stands still meanwhile. */
const RUN_TIMEOUT_MS = seconds(1);
/** Loaded under a name the compiler does not follow: a cloud without it is type-checked and runs all the same. */
const LIBRARY: string = "onnxruntime-web";
const TENSORS = { input: "input", output: "output" };
const TRIAL_ROWS = 2;

/**
 * An ONNX model, run on the CPU as WebAssembly in a thread of its own: a file made elsewhere gets no door to the machine.
 * Opening it takes a second or two and holds nobody up. Opened, it answers at once, for a desk that decides in one go;
 * meanwhile the caller's thread waits, at most a second.
 *
 * It is tried on two rows before it is trusted. Refused with `onnx.no-runtime` when the library is not installed,
 * `onnx.cannot-run`, `onnx.other-tensors`, `onnx.other-shape`, `onnx.timeout`. After a timeout the thread is ended and
 * another one opened; until it is there, questions are refused with `onnx.opening`.
 */
export async function openOnnxModel(
  { inputs, quantiles, tensors = TENSORS }: OnnxShape,
  bytes: Uint8Array,
): Promise<Result<OnnxModel, CodedError>> {
  const question = (rows: Float64Array): OnnxQuestion => ({ ...tensors, rows, features: inputs.length });
  const host = new OnnxHost(bytes, question(new Float64Array(TRIAL_ROWS * inputs.length)));
  const read = (said: Result<OnnxTable, CodedError>, rows: number): Result<Float64Array, CodedError> => {
    if (!said.ok) return said;
    const { values, shape } = said.value;
    if (values.length === rows * quantiles.length) return ok(values);
    return fail({ code: "onnx.other-shape", shape: [...shape], wanted: [rows, quantiles.length] });
  };
  const tried = read(await host.open(), TRIAL_ROWS);
  if (tried.ok) return ok((rows, horizon) => read(host.ask(question(rows)), horizon));
  host.end();
  return tried;
}

type OnnxTable = Extract<OnnxAnswer, { ok: true }>;

interface OnnxThread {
  readonly worker: Worker;
  readonly answers: MessagePort;
}

class OnnxHost {
  readonly #bytes: Uint8Array;
  readonly #trial: OnnxQuestion;
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  #thread: OnnxThread | "opening" | undefined;

  constructor(bytes: Uint8Array, trial: OnnxQuestion) {
    this.#bytes = bytes;
    this.#trial = trial;
  }

  /** Begins a thread; its answer to the trial says whether it can be asked. */
  async open(): Promise<Result<OnnxTable, CodedError>> {
    this.#thread = "opening";
    const { port1: answers, port2 } = new MessageChannel();
    const about = { trial: this.#trial, signal: this.#signal, bytes: this.#bytes, library: LIBRARY };
    const workerData: OnnxThreadData = { ...about, answers: port2 };
    const file = new URL("./onnx-thread.ts", import.meta.url);
    const worker = new Worker(file, { workerData, transferList: [port2] });
    const said = await trialOf(worker);
    // What was opened never keeps a process alive.
    worker.unref();
    answers.unref();
    this.#thread = said.ok ? { worker, answers } : undefined;
    if (!said.ok) void worker.terminate();
    return said;
  }

  ask(question: OnnxQuestion): Result<OnnxTable, CodedError> {
    if (this.#thread === undefined) void this.open();
    if (this.#thread === undefined || this.#thread === "opening") return fail({ code: "onnx.opening" });
    const { worker, answers } = this.#thread;
    Atomics.store(this.#signal, 0, 0);
    worker.postMessage(question);
    if (Atomics.wait(this.#signal, 0, 0, RUN_TIMEOUT_MS) === "timed-out") {
      this.end();
      return fail({ code: "onnx.timeout", timeoutMs: RUN_TIMEOUT_MS });
    }
    return tableOf(receiveMessageOnPort(answers)?.message as OnnxAnswer);
  }

  end(): void {
    if (typeof this.#thread === "object") void this.#thread.worker.terminate();
    this.#thread = undefined;
  }
}

function trialOf(worker: Worker): Promise<Result<OnnxTable, CodedError>> {
  return new Promise((resolve) => {
    const late = setTimeout(() => answer(fail({ code: "onnx.timeout", timeoutMs: OPEN_TIMEOUT_MS })), OPEN_TIMEOUT_MS);
    const answer = (said: Result<OnnxTable, CodedError>): void => {
      clearTimeout(late);
      resolve(said);
    };
    worker.once("message", (said: OnnxAnswer) => answer(tableOf(said)));
    worker.once("error", (error) => answer(fail({ code: "onnx.cannot-run", reason: error.message })));
    worker.once("exit", () => answer(fail({ code: "onnx.cannot-run", reason: "its thread ended" })));
  });
}

function tableOf(said: OnnxAnswer): Result<OnnxTable, CodedError> {
  if (said.ok) return ok(said);
  const { ok: _, ...error } = said;
  const isMissing = error.code === "onnx.no-runtime";
  return fail({ ...error, ...(isMissing && { needed: LIBRARY, remedy: "npm install --include=optional" }) });
}
