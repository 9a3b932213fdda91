import { isText, type OperatorRequest, refusal } from "./request.ts";

/** Holding registers of a device, read now over the loop's own connection, at most 125. */
export const deviceRegisters: OperatorRequest<{ device: string; address: number; count: number }> = {
  op: "device-registers",
  role: "viewer",

  parse({ device, address, count }) {
    const isAddress = Number.isInteger(address) && Number(address) >= 0 && Number(address) <= 0xffff;
    const isCount = Number.isInteger(count) && Number(count) >= 1 && Number(count) <= 125;
    if (!isText(device) || !isAddress || !isCount) return undefined;
    return { device, address: Number(address), count: Number(count) };
  },

  answer({ device, address, count }, { askLoop, view }, answer) {
    askLoop({ about: "device-registers", device, address, count }, (result) => {
      if (!result.ok) answer(refusal(result.error));
      else answer({ version: 1, site: view().siteId, device, address, registers: result.value });
    });
  },
};
