import { rtuWire } from "@penstock/edge/transports/rtu-wire.ts";
import { clientUnderFire, UNIT } from "./client-under-fire.ts";

/** RTU frames as a transparent gateway passes them: unit, PDU, CRC-16 with its low byte first. */
export const rtuClient = clientUnderFire({
  name: "rtu-client",
  headBytes: 1,
  tailBytes: 2,
  open: (options, _rng, openSocket) => rtuWire(options, openSocket),

  framed(_asked, pdu) {
    const frame = new Uint8Array(3 + pdu.length);
    frame[0] = UNIT;
    frame.set(pdu, 1);
    const crc = crc16(frame, frame.length - 2);
    frame[frame.length - 2] = crc & 0xff;
    frame[frame.length - 1] = crc >> 8;
    return frame;
  },

  isFrameFor(_asked, frame) {
    if (frame.length < 5 || frame[0] !== UNIT) return false;
    const end = frame.length - 2;
    return (frame[end] ?? 0) + 256 * (frame[end + 1] ?? 0) === crc16(frame, end);
  },
});

/** MODBUS over Serial Line V1.02, 6.2.2: polynomial 0xA001, from 0xFFFF. */
function crc16(bytes: Uint8Array, length: number): number {
  let crc = 0xffff;
  for (let at = 0; at < length; at++) crc = (crc >> 8) ^ (CRC_OF_BYTE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return crc;
}

const CRC_OF_BYTE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  return crc;
});
