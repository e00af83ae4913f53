import { expect } from "chai";
import { FatalError } from "../../scripts/lib/errors.ts";
import { bigintFromJson, stableStringify } from "../../scripts/lib/json.ts";

describe("stable JSON", () => {
  it("has one text per value, whatever the order of keys", () => {
    const a = { b: 1, a: { y: [3n, { z: true, k: null }], x: undefined } };
    const b = { a: { y: [3n, { k: null, z: true }] }, b: 1 };
    expect(stableStringify(a)).to.equal('{"a":{"y":["3",{"k":null,"z":true}]},"b":1}');
    expect(stableStringify(b)).to.equal(stableStringify(a));
  });

  it("keeps bigint exact, writes bytes as hex and dates in UTC", () => {
    expect(stableStringify([2n ** 256n - 1n])).to.equal(`["${(2n ** 256n - 1n).toString()}"]`);
    expect(stableStringify({ b: Uint8Array.of(0, 255) })).to.equal('{"b":"0x00ff"}');
    expect(stableStringify(new Date(0))).to.equal('"1970-01-01T00:00:00.000Z"');
    expect(stableStringify([undefined])).to.equal("[null]");
    expect(stableStringify({ a: 1 }, 2)).to.equal('{\n  "a": 1\n}');
  });

  it("treats __proto__ as data and the same object twice as no loop", () => {
    expect(stableStringify(JSON.parse('{"__proto__":1}'))).to.equal('{"__proto__":1}');
    const shared = { x: 1 };
    expect(stableStringify([shared, shared])).to.equal('[{"x":1},{"x":1}]');
  });

  it("refuses what would be lost, and says where", () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(() => stableStringify({ a: [NaN] })).to.throw(FatalError, "$.a[0] is NaN");
    expect(() => stableStringify({ a: Infinity })).to.throw(FatalError, "$.a");
    expect(() => stableStringify({ m: new Map() })).to.throw(FatalError, "$.m is a Map");
    expect(() => stableStringify({ f: () => 1 })).to.throw(FatalError, "$.f is a function");
    expect(() => stableStringify(loop)).to.throw(FatalError, "$.self contains itself");
  });

  it("reads whole numbers back", () => {
    expect(bigintFromJson("-12")).to.equal(-12n);
    expect(bigintFromJson(7)).to.equal(7n);
    for (const bad of ["", "0x1", "1.5", "007", " 1", 1.5, 2 ** 53, null]) {
      expect(() => bigintFromJson(bad, "n"), String(bad)).to.throw(FatalError, "n is not");
    }
  });
});
