import { mbapWire } from "@penstock/edge/transports/mbap-wire.ts";
import type { TransportError } from "@penstock/edge/transports/register-transport.ts";
import type { Result } from "@penstock/protocol/result";
import type { Rng } from "@penstock/protocol/rng";
import { type CodecUnderTest, expectThat } from "./codec.ts";
import { inPieces, mutate } from "./mutate.ts";

const UNIT = 1;

/** The edge's end of Modbus TCP: an answer is taken only when every byte of it answers what was asked. */
export const modbusClient: CodecUnderTest = {
  name: "modbus-client",
  share: 1,
  begin(rng) {
    let line = openLine(rng);
    return () => {
      if (line.isOver) line = openLine(rng);
      const outcome = rng.chance(0.7) ? readOnce(rng, line) : writeOnce(rng, line);
      if (outcome === "refused") line = openLine(rng);
      return outcome;
    };
  },
};

type Line = ReturnType<typeof openLine>;

/** A wire whose socket is this file. */
function openLine(rng: Rng) {
  const line = { isOver: false, asked: new Uint8Array(0) as Uint8Array, hear: (_: Uint8Array): void => {} };
  const options = { host: "", port: 0, unitId: UNIT, onOpen() {}, onEnd: () => end() };
  const end = () => {
    line.isOver = true;
  };
  const wire = mbapWire(options, rng.integer(0, 0x1_0000), ({ onBytes }) => {
    line.hear = onBytes;
    const write = (bytes: Uint8Array) => {
      line.asked = bytes;
    };
    return { write, destroy: end };
  });
  return Object.assign(line, { wire });
}

function readOnce(rng: Rng, line: Line): "taken" | "refused" {
  const address = rng.integer(0, 65_000);
  const count = rng.integer(1, 126);
  let answered: Result<Uint16Array, TransportError> | undefined;
  line.wire.read("holding", address, count, (result) => {
    expectThat(answered === undefined, "answered twice", line.asked);
    answered = result;
  });
  const data = rng.chance(0.1)
    ? Uint8Array.of(0x83, rng.integer(0, 12))
    : Uint8Array.of(3, 2 * count, ...rng.bytes(2 * count));
  const frame = feed(rng, line, mutate(rng, framed(line.asked, data)), () => answered !== undefined);
  const isFramed = isFrameFor(line.asked, frame);
  if (isFramed && frame.length === 9 + 2 * count && frame[7] === 3 && frame[8] === 2 * count) {
    expectThat(answered?.ok === true, "a good answer was not taken", frame);
    for (let index = 0; index < count; index++) {
      const word = (frame[9 + 2 * index] ?? 0) * 256 + (frame[10 + 2 * index] ?? 0);
      expectThat(answered.value[index] === word, `register ${index} reads ${answered.value[index]}`, frame);
    }
    return "taken";
  }
  return refusedOr(answered, isFramed, 3, frame);
}

function writeOnce(rng: Rng, line: Line): "taken" | "refused" {
  const address = rng.integer(0, 65_000);
  const values = Uint16Array.from({ length: rng.integer(1, 124) }, () => rng.integer(0, 0x1_0000));
  let answered: Result<void, TransportError> | undefined;
  line.wire.write(address, values, (result) => {
    expectThat(answered === undefined, "answered twice", line.asked);
    answered = result;
  });
  const echo = Uint8Array.of(16, address >> 8, address & 0xff, 0, values.length);
  const spoiled = mutate(rng, framed(line.asked, rng.chance(0.1) ? Uint8Array.of(0x90, rng.integer(0, 12)) : echo));
  const frame = feed(rng, line, spoiled, () => answered !== undefined);
  const isFramed = isFrameFor(line.asked, frame);
  if (isFramed && frame.length === 12 && echo.every((byte, index) => frame[7 + index] === byte)) {
    expectThat(answered?.ok === true, "a good echo was not taken", frame);
    return "taken";
  }
  return refusedOr(answered, isFramed, 16, frame);
}

function refusedOr(
  answered: Result<unknown, TransportError> | undefined,
  isFramed: boolean,
  functionCode: number,
  frame: Uint8Array,
): "taken" | "refused" {
  const isException = isFramed && frame.length === 9 && frame[7] === (functionCode | 0x80);
  if (!isException) expectThat(answered === undefined, "a wrong answer was taken", frame);
  else {
    expectThat(answered?.ok === false && answered.error.code === "modbus.exception", "an exception was missed", frame);
    expectThat(answered.error["exception"] === frame[8], "the exception is another", frame);
  }
  return isException ? "taken" : "refused";
}

/** Piece by piece until the wire has decided; gives what it had heard by then. */
function feed(rng: Rng, line: Line, bytes: Uint8Array, hasAnswered: () => boolean): Uint8Array {
  let heard = 0;
  for (const piece of inPieces(rng, bytes)) {
    line.hear(piece);
    heard += piece.length;
    if (line.isOver || hasAnswered()) break;
  }
  return bytes.subarray(0, heard);
}

/** The answer's header for a request's: same transaction, protocol 0, its own length, same unit. */
function framed(asked: Uint8Array, pdu: Uint8Array): Uint8Array {
  const length = 1 + pdu.length;
  return Uint8Array.of(asked[0] ?? 0, asked[1] ?? 0, 0, 0, length >> 8, length & 0xff, UNIT, ...pdu);
}

const isFrameFor = (asked: Uint8Array, frame: Uint8Array): boolean =>
  frame.length >= 9 &&
  frame[0] === asked[0] &&
  frame[1] === asked[1] &&
  frame[2] === 0 &&
  frame[3] === 0 &&
  (frame[4] ?? 0) * 256 + (frame[5] ?? 0) === frame.length - 6 &&
  frame[6] === UNIT;
