import type { ApprovalDocument, BidEffectPoint, MarketDocument } from "@penstock/protocol/fleet";
import { age, clockTime, decimal, price, signed } from "./format.ts";

interface ApprovalCardProps {
  readonly approval: ApprovalDocument;
  readonly market: MarketDocument;
  /** False while nobody is signed in or the page is old. */
  readonly canAct: boolean;
  readonly hasReason: boolean;
  readonly onApprove: () => void;
  readonly onReject: () => void;
}

/** One bid that waits: until when, what it changes in MW and money, band by band, and the two buttons. */
export function ApprovalCard({ approval, market, canAct, hasReason, onApprove, onReject }: ApprovalCardProps) {
  const {
    unitId,
    product,
    intervalStartMs,
    author,
    because,
    against,
    diff,
    effect,
    beyondBand,
    signaturesNeeded,
    signedBy,
  } = approval;
  const leftMs = (approval.expiresAtMs - market.marketTimeMs) / market.marketSpeed;
  return (
    <article class="approval" aria-label={`${unitId} for ${clockTime(intervalStartMs)}`}>
      <h3>
        {unitId} {clockTime(intervalStartMs)}
        {product !== "energy" && <span class="tag">{product}</span>}
        <span class="tag">{author === "algorithm" ? "by the algorithm" : `by ${author}`}</span>
        <span class="tag">
          signed {signedBy.length} of {signaturesNeeded}
          {signedBy.length > 0 && `: ${signedBy.join(", ")}`}
        </span>
        <span class={leftMs < 60_000 ? "tag is-warning" : "tag"}>
          {leftMs > 0 ? `expires in ${age(leftMs)}` : "expired"}
        </span>
      </h3>
      {beyondBand.length > 0 && <p class="is-warning">Beyond the band, so it takes two: {beyondBand.join("; ")}.</p>}
      {effect === null ? (
        <p class="empty">
          {product === "energy"
            ? "No forecast, so no effect can be told."
            : "Kept ready beside energy; it clears with it."}
        </p>
      ) : (
        <table class="effect">
          <thead>
            <tr>
              <td />
              <th scope="col">{effect.currency}/MWh</th>
              <th scope="col">MW before</th>
              <th scope="col">MW after</th>
              <th scope="col">{effect.currency}</th>
            </tr>
          </thead>
          <tbody>
            <EffectRow name="low price" point={effect.low} />
            <EffectRow name="expected" point={effect.expected} />
            <EffectRow name="high price" point={effect.high} />
          </tbody>
        </table>
      )}
      <details>
        <summary>
          Bands against {against === null ? "nothing" : against.is === "standing" ? "what stands" : "the last accepted"}
        </summary>
        <table class="effect">
          <thead>
            <tr>
              <th scope="col">{market.currency}/MWh</th>
              <th scope="col">MW before</th>
              <th scope="col">MW after</th>
            </tr>
          </thead>
          <tbody>
            {diff.map(({ product: service, pricePerMWh, beforeMW, afterMW }) => (
              <tr key={`${service} ${pricePerMWh}`} class={beforeMW === afterMW ? "" : "is-changed"}>
                <th scope="row">
                  {service} {price(pricePerMWh)}
                </th>
                <td>{signed(decimal(beforeMW, 0))}</td>
                <td>{signed(decimal(afterMW, 0))}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p class="note">{because}</p>
      </details>
      <p class="acts">
        <button type="button" class="act" disabled={!canAct} onClick={onApprove}>
          Approve
        </button>
        <button type="button" class="act" disabled={!canAct || !hasReason} onClick={onReject}>
          Reject
        </button>
      </p>
    </article>
  );
}

function EffectRow({ name, point }: { readonly name: string; readonly point: BidEffectPoint }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{price(point.pricePerMWh)}</td>
      <td>{signed(decimal(point.beforeMW, 2))}</td>
      <td>{signed(decimal(point.afterMW, 2))}</td>
      <td>{signed(decimal(point.moneyChange, 2))}</td>
    </tr>
  );
}
