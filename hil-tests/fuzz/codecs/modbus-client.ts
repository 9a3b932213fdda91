import { mbapWire } from "@penstock/edge/transports/mbap-wire.ts";
import { clientUnderFire, UNIT } from "./client-under-fire.ts";

/** Modbus TCP. An answer's header is its request's: same transaction, protocol 0, its own length, same unit. */
export const modbusClient = clientUnderFire({
  name: "modbus-client",
  headBytes: 7,
  tailBytes: 0,
  open: (options, rng, openSocket) => mbapWire(options, rng.integer(0, 0x1_0000), openSocket),

  framed(asked, pdu) {
    const length = 1 + pdu.length;
    const frame = new Uint8Array(7 + pdu.length);
    frame.set([asked[0] ?? 0, asked[1] ?? 0, 0, 0, length >> 8, length & 0xff, UNIT]);
    frame.set(pdu, 7);
    return frame;
  },

  isFrameFor: (asked, frame) =>
    frame.length >= 9 &&
    frame[0] === asked[0] &&
    frame[1] === asked[1] &&
    frame[2] === 0 &&
    frame[3] === 0 &&
    (frame[4] ?? 0) * 256 + (frame[5] ?? 0) === frame.length - 6 &&
    frame[6] === UNIT,
});
