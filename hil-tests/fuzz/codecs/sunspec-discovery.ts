import { fail, ok } from "@penstock/protocol/result";
import { discover } from "@penstock/protocol/sunspec";
import { type CodecUnderTest, expectThat } from "./codec.ts";

/** The search for models ends whatever a device shows, asks only for registers that can exist, and finds what lies where it says. */
export const sunspecDiscovery: CodecUnderTest = {
  name: "sunspec-discovery",
  share: 0.1,
  begin(rng) {
    return () => {
      const base = rng.pick([40_000, 0, 50_000]);
      const words = new Map<number, number>([
        [base, 0x5375],
        [base + 1, 0x6e53],
      ]);
      let at = base + 2;
      for (let count = rng.integer(0, 12); count > 0; count--) {
        const length = rng.chance(0.1) ? rng.integer(0, 0x1_0000) : rng.integer(1, 160);
        words.set(at, at === base + 2 ? 1 : rng.pick([101, 103, 701, 704, 802, 803, 64_001]));
        words.set(at + 1, length);
        at += 2 + length;
      }
      if (rng.chance(0.8)) words.set(at, 0xffff);
      for (let count = rng.integer(0, 3); count > 0; count--)
        words.set(base + rng.integer(0, 400), rng.integer(0, 0x1_0000));
      const shown = JSON.stringify([...words]);
      const search = discover();
      let step = search.next();
      for (let reads = 0; !step.done; reads++) {
        expectThat(reads < 1_000, "does not end", shown);
        const { address, registers } = step.value;
        expectThat(address >= 0 && address + registers <= 0x1_0003, `asks for ${address} + ${registers}`, shown);
        const isThere = words.has(address);
        const hides = rng.chance(0.02);
        step = search.next(
          isThere && !hides
            ? ok(Uint16Array.from({ length: registers }, (_, index) => words.get(address + index) ?? 0))
            : fail({ code: "modbus.exception", modbusException: rng.pick([2, 2, 2, 4]) }),
        );
      }
      if (!step.value.ok) return "refused";
      for (const { id, address, length } of step.value.value.models) {
        expectThat(words.get(address) === id && words.get(address + 1) === length, `model ${id} at ${address}`, shown);
      }
      return "taken";
    };
  },
};
