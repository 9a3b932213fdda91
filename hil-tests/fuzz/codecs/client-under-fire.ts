import type { ByteSocket, ByteSocketOptions } from "@penstock/edge/transports/byte-socket.ts";
import type { TransportError } from "@penstock/edge/transports/register-transport.ts";
import type { Wire, WireOptions } from "@penstock/edge/transports/wire.ts";
import type { Result } from "@penstock/protocol/result";
import type { Rng } from "@penstock/protocol/rng";
import { type CodecUnderTest, expectThat } from "./codec.ts";
import { inPieces, mutate } from "./mutate.ts";

/** How a framing puts an answer on the wire, typed from its document and not from the code under test. */
export interface Framing {
  readonly name: string;
  open(options: WireOptions, rng: Rng, openSocket: (options: ByteSocketOptions) => ByteSocket): Wire;
  /** The frame of an answer to this request. */
  framed(asked: Uint8Array, pdu: Uint8Array): Uint8Array;
  /** Whether everything around the PDU is as it must be in an answer to this request. */
  isFrameFor(asked: Uint8Array, frame: Uint8Array): boolean;
  /** Bytes before and behind the PDU. */
  readonly headBytes: number;
  readonly tailBytes: number;
}

export const UNIT = 1;

/** The edge's end of Modbus: an answer is taken only when every byte of it answers what was asked. */
export const clientUnderFire = (framing: Framing): CodecUnderTest => ({
  name: framing.name,
  share: 1,
  begin(rng) {
    let line = openLine(rng, framing);
    return () => {
      if (line.isOver) line = openLine(rng, framing);
      const outcome = rng.chance(0.7) ? readOnce(rng, line) : writeOnce(rng, line);
      if (outcome === "refused") line = openLine(rng, framing);
      return outcome;
    };
  },
});

interface Line {
  readonly framing: Framing;
  readonly wire: Wire;
  readonly isOver: boolean;
  readonly asked: Uint8Array;
  hear(bytes: Uint8Array): void;
}

/** A wire whose socket is this file. */
function openLine(rng: Rng, framing: Framing): Line {
  const line = { framing, isOver: false, asked: new Uint8Array(0) as Uint8Array, hear: (_: Uint8Array): void => {} };
  const end = () => {
    line.isOver = true;
  };
  const options: WireOptions = { host: "", port: 0, unitId: UNIT, onOpen() {}, onEnd: end };
  const wire = framing.open(options, rng, ({ onBytes, onOpen }) => {
    line.hear = onBytes;
    onOpen();
    const write = (bytes: Uint8Array) => {
      line.asked = bytes;
    };
    return { write, destroy: end };
  });
  return Object.assign(line, { wire });
}

function readOnce(rng: Rng, line: Line): "taken" | "refused" {
  const { headBytes, tailBytes } = line.framing;
  const address = rng.integer(0, 65_000);
  const count = rng.integer(1, 126);
  let answered: Result<Uint16Array, TransportError> | undefined;
  line.wire.read("holding", address, count, (result) => {
    expectThat(answered === undefined, "answered twice", line.asked);
    answered = result;
  });
  const frame = feed(
    rng,
    line,
    rng.chance(0.1) ? exceptionTo(rng, 3) : dataOf(rng, count),
    () => answered !== undefined,
  );
  const isFramed = line.framing.isFrameFor(line.asked, frame);
  const isWhole = frame.length === headBytes + 2 + 2 * count + tailBytes;
  if (isFramed && isWhole && frame[headBytes] === 3 && frame[headBytes + 1] === 2 * count) {
    expectThat(answered?.ok === true, "a good answer was not taken", frame);
    for (let index = 0, at = headBytes + 2; index < count; index++, at += 2) {
      const word = (frame[at] ?? 0) * 256 + (frame[at + 1] ?? 0);
      if (answered.value[index] !== word)
        expectThat(false, `register ${index} reads ${answered.value[index]}, not ${word}`, frame);
    }
    return "taken";
  }
  return refusedOr(answered, isFramed, 3, frame, line.framing);
}

function writeOnce(rng: Rng, line: Line): "taken" | "refused" {
  const { headBytes, tailBytes } = line.framing;
  const address = rng.integer(0, 65_000);
  const values = new Uint16Array(rng.integer(1, 124));
  for (let index = 0; index < values.length; index++) values[index] = rng.integer(0, 0x1_0000);
  let answered: Result<void, TransportError> | undefined;
  line.wire.write(address, values, (result) => {
    expectThat(answered === undefined, "answered twice", line.asked);
    answered = result;
  });
  const echo = Uint8Array.of(16, address >> 8, address & 0xff, 0, values.length);
  const frame = feed(rng, line, rng.chance(0.1) ? exceptionTo(rng, 16) : echo, () => answered !== undefined);
  const isFramed = line.framing.isFrameFor(line.asked, frame);
  const isWhole = frame.length === headBytes + echo.length + tailBytes;
  if (isFramed && isWhole && echo.every((byte, index) => frame[headBytes + index] === byte)) {
    expectThat(answered?.ok === true, "a good echo was not taken", frame);
    return "taken";
  }
  return refusedOr(answered, isFramed, 16, frame, line.framing);
}

function refusedOr(
  answered: Result<unknown, TransportError> | undefined,
  isFramed: boolean,
  functionCode: number,
  frame: Uint8Array,
  { headBytes, tailBytes }: Framing,
): "taken" | "refused" {
  const isWhole = frame.length === headBytes + 2 + tailBytes;
  const isException = isFramed && isWhole && frame[headBytes] === (functionCode | 0x80);
  if (!isException) expectThat(answered === undefined, "a wrong answer was taken", frame);
  else {
    expectThat(answered?.ok === false && answered.error.code === "modbus.exception", "an exception was missed", frame);
    expectThat(answered.error["exception"] === frame[headBytes + 1], "the exception is another", frame);
  }
  return isException ? "taken" : "refused";
}

const exceptionTo = (rng: Rng, functionCode: number): Uint8Array =>
  Uint8Array.of(functionCode | 0x80, rng.integer(0, 12));

function dataOf(rng: Rng, count: number): Uint8Array {
  const pdu = new Uint8Array(2 + 2 * count);
  pdu[0] = 3;
  pdu[1] = 2 * count;
  pdu.set(rng.bytes(2 * count), 2);
  return pdu;
}

/** The answer framed, spoiled, and heard piece by piece until the wire has decided; gives what it had heard by then. */
function feed(rng: Rng, line: Line, pdu: Uint8Array, hasAnswered: () => boolean): Uint8Array {
  const bytes = mutate(rng, line.framing.framed(line.asked, pdu));
  let heard = 0;
  for (const piece of inPieces(rng, bytes)) {
    line.hear(piece);
    heard += piece.length;
    if (line.isOver || hasAnswered()) break;
  }
  return bytes.subarray(0, heard);
}
