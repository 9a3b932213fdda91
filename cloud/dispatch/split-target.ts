import { invariant } from "@penstock/protocol/result";
import { clamp, type W } from "@penstock/protocol/units";
import type { LocationalLimit } from "../config/cloud-config.ts";

/** One site as a target is split over it. Powers positive out. */
export interface SplitSite {
  readonly siteId: string;
  /** What it may be asked for. */
  readonly powerWMin: W;
  readonly powerWMax: W;
  /** How much of a rise, and of a fall, is its to carry, to any one scale: energy it has, and room it has. */
  readonly giveWeight: number;
  readonly takeWeight: number;
  /** Share of the energy that is lost on the way out, and in. */
  readonly giveLoss: number;
  readonly takeLoss: number;
}

export interface Split {
  /** Whole watts, in the order of the sites. */
  readonly shares: readonly { readonly siteId: string; readonly powerW: W }[];
  /** What of the target no site could be asked for; positive out. */
  readonly unmetW: W;
  /** Limits the sites behind them run up to. */
  readonly because: readonly string[];
}

/**
 * Splits a target over sites so that they run empty, or full, together: with λ the common rate,
 *
 *   p_i = clamp(giveWeight_i · max(0, λ − giveLoss_i) − takeWeight_i · max(0, −λ − takeLoss_i), min_i, max_i)
 *
 * so a site that loses 5 % more is asked for its energy 5 % an hour slower (weights in Wh, λ in 1/h), and is asked in
 * full when it must be. Within a locational limit that binds, λ is the one at which the sites behind it fill it. The
 * shares sum to the target exactly, to the watt, where it can be met at all; limits lie within each other or apart.
 */
export function splitTarget(targetW: number, sites: readonly SplitSite[], limits: readonly LocationalLimit[]): Split {
  const root = treeOf(sites, limits);
  const wantedW = Math.round(targetW);
  const reachableW = Math.min(Math.max(wantedW, lowest(root)), highest(root));
  const powers = new Map<string, number>();
  const because: string[] = [];
  share(root, reachableW, powers, because);
  return {
    shares: sites.map(({ siteId }) => ({ siteId, powerW: (powers.get(siteId) ?? 0) as W })),
    unmetW: (wantedW - reachableW) as W,
    because,
  };
}

/** A site, or everything behind a limit. */
interface Node {
  readonly name: string;
  readonly site: SplitSite | undefined;
  readonly parts: readonly Node[];
  /** Whole watts. */
  readonly minW: number;
  readonly maxW: number;
}

function treeOf(sites: readonly SplitSite[], limits: readonly LocationalLimit[]): Node {
  // The narrower a limit the deeper it lies: it takes its sites before the wider one takes what is left and it.
  const narrowFirst = [...limits].sort((a, b) => a.siteIds.length - b.siteIds.length);
  let nodes = sites.map((site): Node & { readonly siteIds: readonly string[] } => ({
    name: site.siteId,
    site,
    parts: [],
    minW: Math.ceil(site.powerWMin),
    maxW: Math.floor(site.powerWMax),
    siteIds: [site.siteId],
  }));
  for (const { name, siteIds, powerWMin, powerWMax } of narrowFirst) {
    const inside = nodes.filter((node) => node.siteIds.some((id) => siteIds.includes(id)));
    if (inside.length === 0) continue;
    invariant(
      inside.every((node) => node.siteIds.every((id) => siteIds.includes(id))),
      "locational limits lie within each other or apart",
    );
    const ids = inside.flatMap((node) => node.siteIds);
    // A limit that cannot be kept gives way: sites are never asked for more than they are able to.
    const [leastW, mostW] = [sumAt(inside, Number.NEGATIVE_INFINITY), sumAt(inside, Number.POSITIVE_INFINITY)];
    const minW = clamp(Math.ceil(powerWMin), leastW, mostW);
    const maxW = clamp(Math.floor(powerWMax), leastW, mostW);
    const node = { name, site: undefined, parts: inside, minW, maxW, siteIds: ids };
    nodes = [...nodes.filter((each) => !inside.includes(each)), node];
  }
  const [minW, maxW] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return { name: "", site: undefined, parts: nodes, minW, maxW };
}

/** The least a node can be asked for; sites with nothing to give or take stay at the end of theirs nearest to 0. */
const lowest = (node: Node): number => powerAt(node, Number.NEGATIVE_INFINITY);
const highest = (node: Node): number => powerAt(node, Number.POSITIVE_INFINITY);

function powerAt({ site, parts, minW, maxW }: Node, rate: number): number {
  return clamp(site === undefined ? sumAt(parts, rate) : freePower(site, rate), minW, maxW);
}

const sumAt = (nodes: readonly Node[], rate: number): number =>
  nodes.reduce((sum, node) => sum + powerAt(node, rate), 0);

function freePower({ giveWeight, takeWeight, giveLoss, takeLoss }: SplitSite, rate: number): number {
  if (rate > giveLoss && giveWeight > 0) return giveWeight * (rate - giveLoss);
  if (-rate > takeLoss && takeWeight > 0) return -takeWeight * (-rate - takeLoss);
  return 0;
}

const ROUNDS = 200;

/** Gives a node its whole watts, and its parts theirs: in sum just that. */
function share(node: Node, powerW: number, powers: Map<string, number>, because: string[]): void {
  if (node.site !== undefined) {
    powers.set(node.site.siteId, powerW);
    return;
  }
  const rate = rateFor(node, powerW);
  const wanted = node.parts.map((part) => powerAt(part, rate));
  const whole = inWholeWatts(node.parts, wanted, powerW);
  for (const [index, part] of node.parts.entries()) {
    const partW = whole[index] as number;
    if (part.site === undefined && (partW <= part.minW || partW >= part.maxW)) because.push(part.name);
    share(part, partW, powers, because);
  }
}

/** The common rate at which the parts sum to a power, by halving; they only ever rise with it. */
function rateFor({ parts }: Node, powerW: number): number {
  let reach = 1;
  while (reach < 1e18 && (sumAt(parts, reach) < powerW || sumAt(parts, -reach) > powerW)) reach *= 4;
  let [low, high] = [-reach, reach];
  for (let round = 0; round < ROUNDS && low < high; round++) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (sumAt(parts, middle) < powerW) low = middle;
    else high = middle;
  }
  // Just above 0 and just below it nobody moves; for a sum of 0 that is where to be.
  return sumAt(parts, 0) === powerW ? 0 : high;
}

/** Rounds to whole watts that sum to `powerW`, each within its node's reach; the watts left over go where most was cut off. */
function inWholeWatts(nodes: readonly Node[], wanted: readonly number[], powerW: number): readonly number[] {
  const whole = wanted.map((each) => Math.floor(each));
  let leftW = powerW - whole.reduce((sum, each) => sum + each, 0);
  const order = nodes
    .map((_, index) => index)
    .sort((a, b) => (wanted[b] ?? 0) - (whole[b] ?? 0) - ((wanted[a] ?? 0) - (whole[a] ?? 0)));
  for (let round = 0; round < 3 && leftW !== 0; round++) {
    for (const index of order) {
      const node = nodes[index] as Node;
      const now = whole[index] as number;
      const roomW = leftW > 0 ? highest(node) - now : lowest(node) - now;
      const stepW = leftW > 0 ? Math.min(leftW, roundShare(round, roomW)) : Math.max(leftW, roundShare(round, roomW));
      whole[index] = now + stepW;
      leftW -= stepW;
      if (leftW === 0) break;
    }
  }
  return whole;
}

/** First a watt each, then whatever there is room for. */
const roundShare = (round: number, roomW: number): number =>
  round === 0 ? Math.sign(roomW) * Math.min(1, Math.abs(roomW)) : roomW;
