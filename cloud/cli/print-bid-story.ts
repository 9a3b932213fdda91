import type { BidChange } from "../desk/bid-book.ts";
import type { BidStory, Told } from "../desk/explain-bid.ts";
import { type Paint, percent, plainText, power, price } from "./words.ts";

/** A bid's story from the top: who and why, from what, through which gates, to what came of it. */
export function printBidStory(story: BidStory, paint: Paint): readonly string[] {
  const { record, bidId, award, isReproduced } = story;
  const { certificate, author, refusals } = record;
  const by = author.type === "person" ? `by ${plainText(author.name)}` : "by the algorithm";
  const state = record.state === "refused" ? paint.warning(record.state) : record.state;
  return [
    `${paint.bold(plainText(bidId))}  ${by}, ${record.kind}, gate ${record.gate}, ${state}`,
    `  ${plainText(record.because)}`,
    ...(record.correctionOf === undefined ? [] : [`  sent again in place of ${plainText(record.correctionOf)}`]),
    ...(record.review?.beyondBand ?? []).map((what) => paint.warning(`  beyond the band: ${plainText(what)}`)),
    ...(record.heldBack ?? []).map(
      ({ siteId, gate }) => `  ${plainText(siteId)} held back: its gate is ${plainText(gate)}`,
    ),
    ...forecastLine(story.forecast),
    ...certificate.sites.map(
      ({ siteId, measuredSoc, socAgeMs, askedWMin, askedWMax, possibleWMin, possibleWMax }) =>
        `  ${plainText(siteId)}: ${percent(measuredSoc)} stored (${(socAgeMs / 1000).toFixed(1)} s old), asked ${power(askedWMin)} to ${power(askedWMax)}, can ${power(possibleWMin)} to ${power(possibleWMax)}`,
    ),
    ...record.leftOut.map(({ siteId, code }) => paint.warning(`  ${plainText(siteId)} left out: ${plainText(code)}`)),
    ...refusals.map(({ rule, where, message }) =>
      paint.warning(`  refused by ${rule} (${plainText(where)}): ${plainText(message)}`),
    ),
    `${time(story.knownAtMs)}  built`,
    ...story.gateDecisions.map((each) =>
      line(
        each,
        ({ decision, by: whom, why }) =>
          `gate ${decision} by ${plainText(String(whom))}${why === undefined ? "" : `: ${plainText(String(why))}`}`,
      ),
    ),
    ...story.changes.map(({ knownAtMs, body }) => {
      const { state: reached, by: whom, signatures } = body as BidChange;
      const what = reached === "built" && signatures !== undefined ? `signed by ${signatures.length}` : reached;
      return `${time(knownAtMs)}  ${what}${whom === undefined ? "" : ` by ${plainText(whom)}`}`;
    }),
    ...(award === null
      ? []
      : [line(award, ({ pricePerMWh, currency }) => `cleared at ${price(Number(pricePerMWh))} ${currency}/MWh`)]),
    ...story.leases.map((each) =>
      line(
        each,
        ({ id, audience }) =>
          `lease ${plainText(String(id))}${audience === undefined ? "" : ` to ${plainText(String(audience))}`}`,
      ),
    ),
    ...story.deliveries.map((each) =>
      line(each, ({ leaseId, state: reached }) => `${plainText(String(leaseId))} ${plainText(String(reached))}`),
    ),
    ...story.settlement.map((each) => line(each, (body) => `settled ${plainText(JSON.stringify(body)).slice(0, 200)}`)),
    isReproduced
      ? paint.dim("the rulebook makes the same bid out of the stored curves")
      : paint.warning("the rulebook of today makes another bid out of the stored curves"),
  ];
}

function forecastLine(forecast: object | null): readonly string[] {
  if (forecast === null) return ["  no forecast was at hand"];
  const { forecaster, mean } = forecast as { readonly forecaster?: string; readonly mean?: number | null };
  return [
    `  forecast ${plainText(forecaster ?? "?")}: ${typeof mean === "number" ? price(mean) : "none for the interval"}`,
  ];
}

const line = ({ knownAtMs, body }: Told, text: (body: Readonly<Record<string, unknown>>) => string): string =>
  `${time(knownAtMs)}  ${text(body as Readonly<Record<string, unknown>>)}`;

const time = (instantMs: number): string => new Date(instantMs).toISOString().slice(11, 23);
