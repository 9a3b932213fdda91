import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";
import { XMLParser } from "fast-xml-parser";
import { z } from "zod";
import { readShape } from "../read-json.ts";

/** What all of ERCOT's submissions share: a BidSet document of one trading date, instants with their offset, decimals. */

const NAMESPACE = "http://www.ercot.com/schema/2007-06/nodal/ews";

export type XmlNode = readonly [name: string, content: string | number | readonly (XmlNode | undefined)[]];

/** A document of one trading date. Elements stand in the order of the schema, which is an xs:sequence. */
export function bidSet(tradingDate: string, submittedAt: string, items: readonly XmlNode[]): string {
  const root: XmlNode = [
    `BidSet xmlns="${NAMESPACE}"`,
    [["tradingDate", tradingDate], ["submitTime", submittedAt], ...items],
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, "")}`;
}

function element([name, content]: XmlNode, indent: string): string {
  const tag = name.split(" ", 1)[0];
  if (!Array.isArray(content)) return `${indent}<${name}>${escaped(String(content))}</${tag}>\n`;
  const inside = content
    .map((child: XmlNode | undefined) => (child === undefined ? "" : element(child, `${indent}  `)))
    .join("");
  return `${indent}<${name}>\n${inside}${indent}</${tag}>\n`;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/**
 * Reads a BidSet of one kind of item. Repeated elements named in `lists` are always lists. Refused with
 * `ercot.xml` when it is not well-formed, `ercot.xml-shape` when it is something else.
 */
export function readBidSet<T>(text: string, lists: readonly string[], shape: z.ZodType<T>): Result<T, CodedError> {
  let parsed: unknown;
  try {
    const parser = new XMLParser({
      ignoreAttributes: true,
      removeNSPrefix: true,
      parseTagValue: false,
      processEntities: true,
      isArray: (name) => lists.includes(name),
    });
    parsed = parser.parse(text, true);
  } catch (error) {
    return fail({ code: "ercot.xml", message: error instanceof Error ? error.message : String(error) });
  }
  const document = readShape(parsed, z.object({ BidSet: z.unknown() }), "ercot.xml");
  if (!document.ok) return document;
  const body = readShape(document.value.BidSet, shape, "ercot.xml");
  return body.ok ? ok(body.value) : body;
}

/** A number written as text. */
export const decimal = z
  .string()
  .regex(/^[+-]?(\d+(\.\d*)?|\.\d+)$/)
  .transform(Number);

/** An instant with its offset. */
export const instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/)
  .transform((text) => Date.parse(text) as UtcMs)
  .refine((instantMs) => Number.isFinite(instantMs), "it is not an instant");
