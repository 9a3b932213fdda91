import type { Interval } from "@penstock/protocol/time";
import { isReleased } from "../bid-record.ts";
import type { DeskBooks } from "../desk-books.ts";
import { reserveProduct } from "../gate-book.ts";
import { type Commitment, dealOver } from "./commitments.ts";

/**
 * What a unit is committed to during an interval and right after it. Of a block whose results are not known, all that
 * was offered counts as sold.
 */
export function commitmentsFor(books: DeskBooks, unitId: string, interval: Interval): readonly Commitment[] {
  const { ahead } = books.ports.market.reserves ?? {};
  if (ahead === undefined) return [];
  const unheard = [interval.startMs, interval.endMs]
    .map((instantMs) => ahead.blockOf(instantMs))
    .filter((block, at, blocks) => at === 0 || block.startMs !== blocks[0]?.startMs)
    .filter((block) => !books.commitments.isKnown(block))
    .flatMap((block) => {
      const record = books.bids.of(unitId, block, reserveProduct).findLast(isReleased);
      return (record?.certificate.stack ?? []).map(({ product, direction, volumeW }) =>
        dealOver(
          {
            ...{ marketId: books.ports.market.id, unitId, interval: block, product, direction },
            enabledW: volumeW,
            pricePerMWh: 0,
          },
          record,
        ),
      );
    });
  return [...books.commitments.touching(unitId, interval), ...unheard];
}
