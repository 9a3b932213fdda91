import { createServer, type Socket } from "node:net";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { type Fault, faultKinds } from "../faults/fault.ts";
import { faultDefinitions } from "../faults/kinds/index.ts";
import type { SiteSim } from "../sites/site-sim.ts";

/** One operation: takes the request's fields, answers with fields of its own. */
export type ControlOp = (request: ControlRequest) => Result<object>;
export type ControlRequest = Readonly<Record<string, unknown>>;

export interface ControlServer {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface ControlOptions {
  readonly site: SiteSim;
  readonly host?: string;
  readonly port?: number;
  /** Operations of the embedding process; the site's own cannot be replaced. */
  readonly ops?: Readonly<Record<string, ControlOp>>;
}

/**
 * A tester's door into a running site: one JSON object a line, one answer a line, in order.
 * `{"op":"truth"}` → `{"ok":true,"truth":{…}}`; refusals are `{"ok":false,"error":{"code":…}}`.
 * Loopback only by default: whoever reaches it commands the weather.
 */
export async function serveControl(options: ControlOptions): Promise<ControlServer> {
  const { host = "127.0.0.1", port = 0 } = options;
  const ops: Readonly<Record<string, ControlOp>> = { ...options.ops, ...siteOps(options.site) };
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.setEncoding("utf8");
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    serveLines(socket, ops);
  });
  server.maxConnections = connectionsMax;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    host,
    port: typeof address === "object" && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Answers one line. Pure but for what the operation itself does. */
export function answerLine(line: string, ops: Readonly<Record<string, ControlOp>>): object {
  const request = parseRequest(line);
  if (!request.ok) return { ok: false, error: request.error };
  const name = request.value["op"];
  const op = typeof name === "string" && Object.hasOwn(ops, name) ? ops[name] : undefined;
  if (op === undefined) {
    return { ok: false, error: { code: "control.unknown-op", op: name ?? null, known: Object.keys(ops) } };
  }
  const result = op(request.value);
  return result.ok ? { ok: true, ...result.value } : { ok: false, error: result.error };
}

/** What every site can be asked. */
export function siteOps(site: SiteSim): Readonly<Record<string, ControlOp>> {
  return {
    truth: () => ok({ truth: site.truth, faults: site.faults.active }),
    fault: (request) => {
      const fault = parseFault(request["fault"]);
      if (!fault.ok) return fault;
      const injected = site.faults.inject(String(request["device"]), fault.value);
      return injected.ok ? ok({ endsMs: injected.value.endsMs }) : injected;
    },
    clear: (request) => {
      const cleared = site.faults.clear(String(request["device"]));
      return cleared.ok ? ok({ cleared: cleared.value }) : cleared;
    },
    "grid-operator-limit": (request) => {
      const { powerWMin, powerWMax } = request;
      if (powerWMin === null && powerWMax === null) {
        site.liftGridOperatorLimit();
        return ok({});
      }
      if (!isNumber(powerWMin) || !isNumber(powerWMax) || powerWMin > powerWMax) {
        return fail({ code: "control.bad-request", expected: "powerWMin <= powerWMax, numbers, or both null" });
      }
      site.setGridOperatorLimit(powerWMin, powerWMax);
      return ok({});
    },
    "grid-operator-setpoint": (request) => {
      const { powerW } = request;
      if (powerW !== null && !isNumber(powerW)) {
        return fail({ code: "control.bad-request", expected: "powerW: number, or null for none" });
      }
      site.plantController.command(powerW ?? undefined);
      return ok({});
    },
    breaker: (request) => {
      if (typeof request["closed"] !== "boolean")
        return fail({ code: "control.bad-request", expected: "closed: boolean" });
      if (request["closed"]) site.closeBreaker();
      else site.openBreaker();
      return ok({});
    },
    frequency: (request) => {
      const { hz, overMs = 0 } = request;
      if ((hz !== null && !isNumber(hz)) || !isNumber(overMs) || overMs < 0) {
        return fail({ code: "control.bad-request", expected: "hz: number or null, overMs: number from 0" });
      }
      site.pinFrequency(hz ?? undefined, overMs);
      return ok({});
    },
    "frequency-trace": (request) => {
      const { samplesHz, intervalMs } = request;
      if (samplesHz === null) {
        site.frequencyTrace(undefined);
        return ok({});
      }
      if (!Array.isArray(samplesHz) || !samplesHz.every(isNumber) || !isNumber(intervalMs) || intervalMs <= 0) {
        return fail({
          code: "control.bad-request",
          expected: "samplesHz: numbers or null, intervalMs: number above 0",
        });
      }
      site.pinFrequency(undefined);
      site.frequencyTrace({ samplesHz: Float64Array.from(samplesHz), intervalMs });
      return ok({});
    },
    regulation: (request) => {
      const { powerW } = request;
      if (!isNumber(powerW)) return fail({ code: "control.bad-request", expected: "powerW: number" });
      site.plantController.regulate(powerW);
      return ok({});
    },
    "log-power": (request) => {
      if (typeof request["on"] !== "boolean") return fail({ code: "control.bad-request", expected: "on: boolean" });
      site.logPower(request["on"]);
      return ok({});
    },
    "power-log": () => ok({ samples: site.powerLog }),
  };
}

function serveLines(socket: Socket, ops: Readonly<Record<string, ControlOp>>): void {
  let pending = "";
  socket.on("data", (chunk: string) => {
    pending += chunk;
    for (let end = pending.indexOf("\n"); end >= 0; end = pending.indexOf("\n")) {
      const line = pending.slice(0, end).trim();
      pending = pending.slice(end + 1);
      if (line !== "") socket.write(`${JSON.stringify(answerLine(line, ops))}\n`);
    }
    if (pending.length > lineLengthMax) socket.destroy();
  });
}

function parseRequest(line: string): Result<ControlRequest, CodedError> {
  try {
    const parsed: unknown = JSON.parse(line);
    if (isRecord(parsed)) return ok(parsed);
  } catch {
    // Answered below: whatever was wrong with the text, it is not a JSON object.
  }
  return fail({ code: "control.bad-json", expected: "one JSON object a line" });
}

/** Checks a fault by the fields its kind needs; other fields are ignored, as messages may grow. */
export function parseFault(value: unknown): Result<Fault, CodedError> {
  const definition = isRecord(value) ? faultDefinitions.find(({ kind }) => kind === value["kind"]) : undefined;
  if (!isRecord(value) || definition === undefined) {
    return fail({ code: "control.bad-fault", expected: `kind: ${faultKinds.join(" | ")}` });
  }
  const fault = definition.parse(value);
  return fault === undefined ? fail({ code: "control.bad-fault", expected: definition.needs.join(", ") }) : ok(fault);
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const connectionsMax = 16;
/** A recorded day of frequency at one value in two seconds fits. */
const lineLengthMax = 524_288;
