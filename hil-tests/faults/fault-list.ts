/** One line of the list of faults a site controller must bear: its number, its section, and what happens. */
export interface ListedFault {
  readonly id: number;
  readonly section: "B" | "C" | "E" | "F" | "G";
  readonly what: string;
}

const section = (section: ListedFault["section"], lines: readonly (readonly [number, string])[]): ListedFault[] =>
  lines.map(([id, what]) => ({ id, section, what }));

/** B Modbus TCP, C OPC UA, E time, F process and host, G commands, limits and market. */
export const faultList: readonly ListedFault[] = [
  ...section("B", [
    [21, "a late answer after the transaction numbers wrapped"],
    [22, "one step out of phase after a timeout"],
    [23, "a gateway that always answers with another number"],
    [24, "a corrupted unit number"],
    [25, "a half-open socket that needs a reset"],
    [26, "a stack that never sends again after link flaps"],
    [27, "a connection reset nobody listens for"],
    [28, "a device that takes a single client"],
    [29, "a device that needs rest between requests"],
    [30, "a firmware update that changes the map"],
    [31, "an old value with a fresh time"],
    [32, "a dead device that slows the others"],
    [33, "exceptions, partial and joined frames, lengths that lie"],
    [34, "word order, scale factors and not-implemented values"],
    [35, "a write acknowledged and not applied"],
    [36, "another master that writes our set-point"],
    [37, "thousands of connections on our own server"],
  ]),
  ...section("C", [
    [38, "a server restart"],
    [39, "a sleep that loses notifications"],
    [40, "sessions that leak"],
    [41, "a certificate that is new, expired or a stranger's"],
    [42, "a flood of chunks"],
    [43, "source times far off, values that are not good"],
  ]),
  ...section("E", [
    [56, "a wall clock that steps"],
    [57, "a boot in 1970"],
    [58, "a machine that was suspended"],
    [59, "clocks of cloud and edge that disagree"],
    [60, "days of 23 and 25 hours, intervals of every length"],
  ]),
  ...section("F", [
    [61, "an exception in a driver"],
    [62, "a loop that stands still"],
    [63, "no more memory or file handles"],
    [64, "a dependency that changed"],
    [65, "the loss of everything behind the edge"],
    [66, "two controllers at once"],
  ]),
  ...section("G", [
    [67, "commands replayed, reordered, late, from elsewhere"],
    [68, "a limit that drops, limits that contradict"],
    [69, "a sensor that is frozen, drifts, disagrees"],
    [70, "a plant that can do less than was bid"],
    [71, "a grid event while the cloud is away"],
    [72, "an aggregator with good keys and bad intent"],
  ]),
];

/** Tests that stand beside the code they test and bear a fault of the list. */
export const elsewhere: readonly { readonly id: number; readonly file: string; readonly test: string }[] = [
  {
    id: 21,
    file: "edge/transports/modbus-tcp.test.ts",
    test: "an answer that comes after the deadline is nobody's: the next request gets its own",
  },
  {
    id: 22,
    file: "edge/transports/modbus-tcp.test.ts",
    test: "an answer that comes after the deadline is nobody's: the next request gets its own",
  },
  {
    id: 25,
    file: "edge/transports/modbus-tcp.test.ts",
    test: "a half-open device that takes connections and says nothing is left by a reset, not kept",
  },
  {
    id: 27,
    file: "edge/transports/modbus-tcp.test.ts",
    test: "a storm of 2,000 resets in mid-request: each request is answered exactly once, and none with a wrong value",
  },
  {
    id: 29,
    file: "edge/transports/modbus-tcp.test.ts",
    test: "a device that needs rest between requests gets it",
  },
  {
    id: 58,
    file: "hil-tests/scenarios/scenarios.test.ts",
    test: "an edge that is stopped voids the leases it outlived, and goes on from what is measured",
  },
  {
    id: 58,
    file: "hil-tests/scenarios/scenarios.sockets.test.ts",
    test: "an edge that is stopped voids the leases it outlived, and goes on from what is measured",
  },
  {
    id: 63,
    file: "hil-tests/scenarios/scenarios.sockets.test.ts",
    test: "an edge is killed in mid-run and takes over again without a bump",
  },
  {
    id: 64,
    file: "hil-tests/soak/soak.sockets.test.ts",
    test: "under churn nothing of plants, edges and cloud leaks, and each is whole again in its time (skipped without /proc)",
  },
  {
    id: 70,
    file: "cloud/desk/desk-commands.test.ts",
    test: "a site whose settings change is out of every bid until an approver attests what was looked at",
  },
  {
    id: 70,
    file: "cloud/desk/attest-site.test.ts",
    test: "with half its units away a site is planned with half its power",
  },
  {
    id: 37,
    file: "edge/northbound/northbound.test.ts",
    test: "4,096 connections that come and go neither fill the server nor cost its client an answer",
  },
  {
    id: 38,
    file: "edge/opc-ua/plant-client.test.ts",
    test: "a server that is not there is reported once, asked ever more rarely, and found when it comes",
  },
  {
    id: 38,
    file: "hil-tests/contracts/opc-ua-map.sockets.test.ts",
    test: "a server that restarts with its namespace in another place is read and commanded again within ten seconds",
  },
  {
    id: 39,
    file: "edge/opc-ua/plant-client.test.ts",
    test: "a read that never answers ends the session, and another is opened",
  },
  {
    id: 40,
    file: "edge/opc-ua/plant-client.test.ts",
    test: "there is never more than one session over a hundred restarts of the server",
  },
  {
    id: 40,
    file: "edge/opc-ua/plant-client.test.ts",
    test: "over 10,000 restarts of the server sessions are opened and closed by the thousand, one at a time",
  },
  {
    id: 41,
    file: "hil-tests/contracts/opc-ua-northbound.sockets.test.ts",
    test: "a client whose certificate nobody trusts is turned away, is told of, and waits in rejected/",
  },
  {
    id: 41,
    file: "firmware-sims/servers/serve-site.test.ts",
    test: "a stranger is turned away; once trusted it reads the plant, and writes nothing",
  },
  {
    id: 42,
    file: "hil-tests/contracts/opc-ua-northbound.sockets.test.ts",
    test: "a flood of chunks, and chunks of two gigabytes, neither fill the server's memory nor disturb its client",
  },
  { id: 43, file: "edge/opc-ua/plant-reading.test.ts", test: "a value that is not Good is no value, whatever it says" },
  {
    id: 43,
    file: "edge/opc-ua/plant-reading.test.ts",
    test: "a source that claims to be ahead of its server is not from the future",
  },
  {
    id: 38,
    file: "hil-tests/contracts/opc-ua-plant.sockets.test.ts",
    test: "a server that restarts with its namespace in another place is read again within ten seconds",
  },
  {
    id: 41,
    file: "hil-tests/contracts/opc-ua-plant.sockets.test.ts",
    test: "a server nobody has trusted is not read; its certificate waits with where it was seen, and is trusted without a restart",
  },
  {
    id: 41,
    file: "hil-tests/contracts/opc-ua-plant.sockets.test.ts",
    test: "a server whose certificate has expired is not read, and that is said",
  },
  {
    id: 41,
    file: "hil-tests/contracts/opc-ua-plant.sockets.test.ts",
    test: "a server whose certificate has been changed is not read, and that is said",
  },
  {
    id: 41,
    file: "hil-tests/contracts/opc-ua-plant.sockets.test.ts",
    test: "one that has expired is not read when it is trusted either; the one that was changed is",
  },
  {
    id: 43,
    file: "hil-tests/contracts/opc-ua-plant.sockets.test.ts",
    test: "values that are uncertain grow stale and then missing, and say why",
  },
  {
    id: 43,
    file: "hil-tests/contracts/opc-ua-plant.sockets.test.ts",
    test: "values that are old by their source times grow stale and then missing, and say why",
  },
  {
    id: 43,
    file: "hil-tests/contracts/opc-ua-plant.sockets.test.ts",
    test: "a server whose clock is an hour off is read as before, and it is known",
  },
];
