import { type CodedError, fail, ok, type Result } from "../result/index.ts";

/** Holding registers to read (function 3), addressed from zero. */
export interface ReadRequest {
  readonly address: number;
  readonly registers: number;
}

/** What came back. `modbusException` is set when the device itself refused. */
export type ReadAnswer = Result<Uint16Array, CodedError & { readonly modbusException?: number }>;

export interface FoundModel {
  readonly id: number;
  /** 0 for the first of its id; some devices have several of one kind. */
  readonly instance: number;
  /** Of the id register. */
  readonly address: number;
  /** Registers after id and length. */
  readonly length: number;
}

export interface Discovery {
  readonly base: number;
  readonly models: readonly FoundModel[];
  /** Some devices leave out the end marker and refuse the address instead. */
  readonly endedBy: "end-marker" | "illegal-address";
}

export interface DiscoveryError extends CodedError {
  readonly code: "sunspec.not-found" | "sunspec.broken-map" | "sunspec.read-failed";
}

/**
 * Finds the SunSpec models of a device. A generator that yields reads and is given their answers, so it knows
 * nothing of sockets or time:
 *
 * ```ts
 * const search = discover();
 * let step = search.next();
 * while (!step.done) step = search.next(await read(step.value));
 * const found = step.value;
 * ```
 */
export function* discover(): Generator<ReadRequest, Result<Discovery, DiscoveryError>, ReadAnswer> {
  for (const base of bases) {
    const answer = yield { address: base, registers: 3 };
    // A device may refuse, ignore or misread an address it does not have: whatever it says, try the next.
    if (!answer.ok) continue;
    const [first, second, modelId] = answer.value;
    if (first === 0x5375 && second === 0x6e53 && modelId === 1) return yield* walk(base);
  }
  return fail({ code: "sunspec.not-found", bases });
}

const bases = [40_000, 0, 50_000] as const;
const endMarker = 0xffff;
const illegalAddress = 2;
/** Generous: a device with a meter and forty strings has fewer. */
const modelsMax = 256;

function* walk(base: number): Generator<ReadRequest, Result<Discovery, DiscoveryError>, ReadAnswer> {
  const models: FoundModel[] = [];
  let address = base + 2;
  const broken = (reason: string) =>
    fail<DiscoveryError>({ code: "sunspec.broken-map", reason, base, address, models });
  const unread = (error: CodedError) => fail<DiscoveryError>({ code: "sunspec.read-failed", address, cause: error });
  while (models.length < modelsMax) {
    if (address > 0xffff) return broken("the map runs off the end of the address space");
    // The id alone: behind the last model there may be nothing more to read.
    const idAnswer = yield { address, registers: 1 };
    if (!idAnswer.ok) {
      return idAnswer.error.modbusException === illegalAddress && models.length > 0
        ? ok({ base, models, endedBy: "illegal-address" })
        : unread(idAnswer.error);
    }
    const id = idAnswer.value[0];
    if (id === endMarker) return ok({ base, models, endedBy: "end-marker" });
    const lengthAnswer = yield { address: address + 1, registers: 1 };
    if (!lengthAnswer.ok) return unread(lengthAnswer.error);
    const length = lengthAnswer.value[0];
    if (id === undefined || length === undefined) return broken("an answer without a register");
    // Every step goes forward by the length, so a length of nothing is the one way to go round in a circle.
    if (length === 0) return broken("a model of no length");
    const instance = models.filter((model) => model.id === id).length;
    models.push({ id, instance, address, length });
    address += 2 + length;
  }
  return broken("more models than any device has");
}
