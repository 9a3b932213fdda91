import { Ms } from "@penstock/protocol/units";
import type { Reading } from "../control/image.ts";
import { missing } from "../control/image.ts";
import { type Range, reading } from "../control/trust.ts";
import type { Block, View } from "./driver.ts";

/**
 * A value of a block as the core takes it. A block that is only asked for once a second may be that much
 * older before its values count as stale.
 */
export function readingOf<T>(value: T | undefined, block: Block, view: View, range?: Range): Reading<T> {
  if (Number.isNaN(block.readAtMs)) return NEVER_READ;
  const ageMs = Ms(view.nowMs - (block.readAtMs < view.believedUntilMs ? block.readAtMs : view.believedUntilMs));
  return reading(value, ageMs, Ms(view.freshMs + block.everyMs), range, view.unread);
}

const NEVER_READ = missing("never read");
