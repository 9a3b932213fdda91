import { type CodedError, fail, type Result } from "@penstock/protocol/result";
import type { Ms } from "@penstock/protocol/units";
import { z } from "zod";
import type { DeskCommands } from "./desk-commands.ts";
import { energyProduct } from "./gate-book.ts";
import type { Person } from "./person.ts";
import { readPersonBid } from "./person-bid.ts";

const why = z.string().max(500);
const name = z.string().min(1).max(200);
const shapes = {
  gate: z.strictObject({ subject: name, product: name.default(energyProduct), gate: name, why }),
  approve: z.strictObject({ bidId: name, why: why.optional() }),
  reject: z.strictObject({ bidId: name, why }),
  kill: z.strictObject({ why: why.optional() }),
  "clear-kill": z.strictObject({ why }),
  attest: z.strictObject({ siteId: name, hash: name.optional(), why }),
};

/**
 * The desk's commands as they come over a wire: an act by name with its fields. Refused with `desk.unknown-act`,
 * `desk.bad-fields` (which names the field), or with the command's own refusal.
 */
export function deskAct(
  commands: DeskCommands,
  intervalMs: Ms,
  act: string,
  body: unknown,
  by: Person,
): Result<object, CodedError> {
  switch (act) {
    case "gate":
      return checked(shapes.gate, body, ({ subject, product, gate, why }) =>
        commands.setGate(subject, product, gate, by, why),
      );
    case "approve":
      return checked(shapes.approve, body, ({ bidId, why }) => commands.approve(bidId, by, why));
    case "reject":
      return checked(shapes.reject, body, ({ bidId, why }) => commands.reject(bidId, by, why));
    case "kill":
      return checked(shapes.kill, body, ({ why }) => commands.kill(by, why));
    case "clear-kill":
      return checked(shapes["clear-kill"], body, ({ why }) => commands.clearKill(by, why));
    case "attest":
      return checked(shapes.attest, body, ({ siteId, hash, why }) => commands.attest(siteId, hash, by, why));
    case "bid": {
      const bid = readPersonBid(body, intervalMs);
      return bid.ok ? commands.bid(bid.value, by) : bid;
    }
    default:
      return fail({ code: "desk.unknown-act", act, known: [...Object.keys(shapes), "bid"] });
  }
}

function checked<T>(
  shape: z.ZodType<T>,
  body: unknown,
  run: (fields: T) => Result<object, CodedError>,
): Result<object, CodedError> {
  const parsed = shape.safeParse(body);
  if (parsed.success) return run(parsed.data);
  const [issue] = parsed.error.issues;
  return fail({ code: "desk.bad-fields", where: issue?.path.join("."), message: issue?.message });
}
