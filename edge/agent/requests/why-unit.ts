import { isText, type OperatorRequest, refusal } from "./request.ts";

/** One unit's chain of the last cycle: nameplate, limits, what it was told. */
export const whyUnit: OperatorRequest<{ unit: string }> = {
  op: "why-unit",
  role: "viewer",
  parse: ({ unit }) => (isText(unit) ? { unit } : undefined),
  answer: ({ unit }, { askLoop, view }, answer) =>
    askLoop({ about: "why-unit", unit }, (result) => {
      if (!result.ok) answer(refusal(result.error));
      else if (result.value === undefined) answer(refusal({ code: "device.unknown", device: unit }));
      else answer({ version: 1, site: view().siteId, ...result.value });
    }),
};
