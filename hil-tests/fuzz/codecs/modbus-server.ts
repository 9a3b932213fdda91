import { BatteryUnit } from "@penstock/firmware-sims/devices/battery-unit.ts";
import { createBattery } from "@penstock/firmware-sims/plant/battery.ts";
import { twoHourContainer } from "@penstock/firmware-sims/plant/ratings.ts";
import { answerFrame, MbapInbox } from "@penstock/firmware-sims/servers/mbap-frames.ts";
import type { Rng } from "@penstock/protocol/rng";
import { type CodecUnderTest, expectThat } from "./codec.ts";
import { inPieces, mutate } from "./mutate.ts";

/** The simulators' end of Modbus TCP: every whole frame is answered in kind, and what is refused has changed nothing. */
export const modbusServer: CodecUnderTest = {
  name: "modbus-server",
  share: 1,
  begin(rng) {
    const surroundings = { frequencyHz: 50, voltagePu: 1, ambientC: 20 };
    const unit = new BatteryUnit("unit-1", createBattery(twoHourContainer, 0.5, 20), surroundings);
    let inbox = new MbapInbox();
    return () => {
      const frame = mutate(rng, request(rng));
      let isTaken = false;
      for (const piece of inPieces(rng, frame)) {
        const frames = inbox.take(piece);
        if (frames === undefined) {
          inbox = new MbapInbox();
          return "refused";
        }
        for (const whole of frames) isTaken = judge(unit, whole) || isTaken;
      }
      // Half a frame would swallow the next: the peer gives up and connects again.
      if (!isTaken) inbox = new MbapInbox();
      return isTaken ? "taken" : "refused";
    };
  },
};

/** True when the request was done rather than refused. */
function judge(unit: BatteryUnit, frame: Uint8Array): boolean {
  const before = unit.image.words.slice();
  const answer = answerFrame(frame, unit);
  expectThat(answer !== undefined && answer.length >= 9, "no answer", frame);
  expectThat(answer[0] === frame[0] && answer[1] === frame[1] && answer[6] === frame[6], "answers another", frame);
  expectThat((answer[4] ?? 0) * 256 + (answer[5] ?? 0) === answer.length - 6, "the answer's length lies", frame);
  const asked = frame[7] ?? 0;
  if (answer[7] !== asked || asked >= 0x80) {
    expectThat(answer[7] === (asked | 0x80) && answer.length === 9, "neither answer nor exception", frame);
    const isSame = isEqual(before, unit.image.words);
    expectThat(isSame, "refused and yet changed", frame);
    return false;
  }
  const address = wordAt(frame, 8);
  const count = wordAt(frame, 10);
  if (asked === 3 || asked === 4) {
    const isInMap = count >= 1 && count <= 125 && address >= 40_000 && address + count <= 40_492;
    expectThat(frame.length === 12 && isInMap, "read what is not there", frame);
    expectThat(answer[8] === 2 * count && answer.length === 9 + 2 * count, "as many registers as asked", frame);
    for (let index = 0; index < count; index++) {
      const isSame = wordAt(answer, 9 + 2 * index) === unit.image.words[address - 40_000 + index];
      if (!isSame) expectThat(false, `register ${address + index}`, frame);
    }
    return true;
  }
  if (asked === 16) {
    const isWhole = count >= 1 && count <= 123 && frame[12] === 2 * count && frame.length === 13 + 2 * count;
    expectThat(isWhole, "wrote from a broken request", frame);
    expectThat(answer.length === 12 && wordAt(answer, 8) === address && wordAt(answer, 10) === count, "echo", frame);
  } else {
    expectThat(asked === 6 && frame.length === 12, "a function it does not have", frame);
    expectThat(
      frame.every((byte, index) => byte === answer[index]),
      "echo",
      frame,
    );
  }
  for (let at = 0; at < before.length; at++) {
    const isAsked = at + 40_000 >= address && at + 40_000 < address + (asked === 16 ? count : 1);
    // The firmware may answer a write anywhere but in the identity and the nameplate.
    const isFirm = at < 70 || (at >= 225 && at < 251);
    if (!isAsked && isFirm && before[at] !== unit.image.words[at]) {
      expectThat(false, `also wrote ${at + 40_000}`, frame);
    }
  }
  return true;
}

function isEqual(a: Uint16Array, b: Uint16Array): boolean {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function request(rng: Rng): Uint8Array {
  const address = 40_000 + rng.integer(-3, 495);
  const kind = rng.uniform();
  const count = kind < 0.5 ? rng.integer(1, 126) : rng.integer(1, 13);
  const head = (functionCode: number, second: number) => [
    functionCode,
    address >> 8,
    address & 0xff,
    second >> 8,
    second & 0xff,
  ];
  const pdu =
    kind < 0.5
      ? head(rng.pick([3, 4]), count)
      : kind < 0.6
        ? head(6, rng.integer(0, 0x1_0000))
        : kind < 0.8
          ? [...head(16, count), 2 * count, ...rng.bytes(2 * count)]
          : setPoint(rng);
  const length = pdu.length + 1;
  return Uint8Array.of(...rng.bytes(2), 0, 0, length >> 8, length & 0xff, 1, ...pdu);
}

/** The whole of 704's active-power block, as a controller writes it. */
function setPoint(rng: Rng): readonly number[] {
  const powerW = rng.integer(-1_927_000, 1_927_001);
  const words = [1, 1, (powerW >> 16) & 0xffff, powerW & 0xffff, 0, 0, 0x8000, 0x8000, 1, 0, rng.integer(0, 60)];
  return [16, 40_318 >> 8, 40_318 & 0xff, 0, 11, 22, ...words.flatMap((word) => [word >> 8, word & 0xff])];
}

const wordAt = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
