import { boxCodes } from "./box-codes.ts";
import { cloudCodes } from "./cloud-codes.ts";
import { configCodes } from "./config-codes.ts";
import { controlCodes } from "./control-codes.ts";
import { deviceCodes } from "./device-codes.ts";
import type { Explanation, Priority } from "./explanation.ts";
import { fleetCodes } from "./fleet-codes.ts";
import { opcUaCodes } from "./opc-ua-codes.ts";
import { peopleCodes } from "./people-codes.ts";

export { type Explanation, PRIORITIES, type Priority } from "./explanation.ts";

/** The shelf: every code of the edge in words, by area. */
export const explanations: readonly Explanation[] = [
  ...controlCodes,
  ...configCodes,
  ...deviceCodes,
  ...opcUaCodes,
  ...cloudCodes,
  ...boxCodes,
  ...peopleCodes,
  ...fleetCodes,
];

const byCode = new Map(explanations.map((explanation) => [explanation.code, explanation]));

export const explain = (code: string): Explanation | undefined => byCode.get(code);

/** An alarm nobody has judged is taken as one of medium priority rather than as nothing. */
export const priorityOf = (code: string): Priority => byCode.get(code)?.priority ?? "medium";
