import { isText, type OperatorRequest, refusal } from "./request.ts";

/** Who a device said it is and which models it has, as it was found. */
export const deviceMap: OperatorRequest<{ device: string }> = {
  op: "device-map",
  role: "viewer",
  parse: ({ device }) => (isText(device) ? { device } : undefined),
  answer: ({ device }, { askLoop, view }, answer) =>
    askLoop({ about: "device-map", device }, (result) => {
      if (!result.ok) answer(refusal(result.error));
      else if (result.value === undefined) answer(refusal({ code: "device.not-found-yet", device }));
      else answer({ version: 1, site: view().siteId, device, map: result.value });
    }),
};
