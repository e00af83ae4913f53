import { expect } from "chai";
import { FatalError } from "../../scripts/lib/errors.ts";
import {
  epochOf,
  FAR_FUTURE_EPOCH,
  firstSlotOf,
  formatEther,
  formatGwei,
  formatGweiAsEther,
  gweiToWei,
  parseAmount,
  slotAt,
  timeAt,
  weiToGweiDown,
  weiToGweiExact,
} from "../../scripts/lib/units.ts";

describe("units of money", () => {
  it("convert between wei and Gwei, rounding down, also below zero", () => {
    expect(gweiToWei(32_000_000_000n)).to.equal(32n * 10n ** 18n);
    expect(weiToGweiDown(1_999_999_999n)).to.equal(1n);
    expect(weiToGweiDown(-1n)).to.equal(-1n);
    expect(weiToGweiDown(-2_000_000_000n)).to.equal(-2n);
    expect(weiToGweiExact(2_000_000_000n)).to.equal(2n);
    expect(() => weiToGweiExact(2_000_000_001n)).to.throw(FatalError, "2000000001 wei");
  });

  it("format without floats: truncated, grouped, never larger than the truth", () => {
    expect(formatEther(0n)).to.equal("0.0000");
    expect(formatEther(10n ** 18n - 1n)).to.equal("0.9999");
    expect(formatEther(1_234_567n * 10n ** 18n + 1n, 18)).to.equal("1,234,567.000000000000000001");
    expect(formatEther(123n * 10n ** 18n, 0)).to.equal("123");
    expect(formatEther(-15n * 10n ** 17n, 2)).to.equal("-1.50");
    expect(formatEther(-1n, 4)).to.equal("0.0000");
    expect(formatGweiAsEther(32_000_000_001n, 9)).to.equal("32.000000001");
    expect(formatGwei(1_500_000_000n)).to.equal("1.50");
    // 2^53 + 1 wei is where floats begin to lie
    expect(formatEther(9_007_199_254_740_993n, 18)).to.equal("0.009007199254740993");
    expect(() => formatEther(1n, 19)).to.throw(FatalError);
  });

  it("parse what people write", () => {
    const cases: [string, bigint][] = [
      ["32", 32n * 10n ** 18n],
      ["0.000000000000000001", 1n],
      ["1,234.5 ETH", 12345n * 10n ** 17n],
      ["1_000", 1000n * 10n ** 18n],
      [" 20 gwei ", 20n * 10n ** 9n],
      ["7wei", 7n],
      ["1.5 Ether", 15n * 10n ** 17n],
    ];
    for (const [text, wei] of cases) expect(parseAmount(text), text).to.equal(wei);
  });

  it("refuse what could be misread", () => {
    for (const text of [
      "",
      "abc",
      "-1",
      "+1",
      "1e18",
      "0x10",
      "1.",
      ".5",
      "1,23",
      "12,3456",
      "1,2,3",
      "5 btc",
      "1 2",
      "NaN",
      "5 constructor",
    ]) {
      expect(() => parseAmount(text), text).to.throw(FatalError, "is not an amount");
    }
    expect(() => parseAmount("0.0000000000000000001")).to.throw(FatalError, "19 decimal places");
    expect(() => parseAmount("0.5 wei")).to.throw(FatalError, "wei has 0");
  });

  it("round-trip: what is formatted in full parses to the same", () => {
    for (let i = 0n; i < 200n; i++) {
      const wei = i ** 17n * 7919n + i;
      expect(parseAmount(formatEther(wei, 18))).to.equal(wei);
    }
  });
});

describe("beacon time", () => {
  const time = { genesisTime: 1_606_824_023, secondsPerSlot: 12, slotsPerEpoch: 32 };

  it("knows mainnet's merge block: slot 4700013 at 1663224179, epoch 146875", () => {
    expect(timeAt(4_700_013, time)).to.equal(1_663_224_179);
    expect(slotAt(1_663_224_179, time)).to.equal(4_700_013);
    expect(slotAt(1_663_224_190, time)).to.equal(4_700_013);
    expect(slotAt(1_663_224_191, time)).to.equal(4_700_014);
    expect(epochOf(4_700_013, time)).to.equal(146_875);
    expect(firstSlotOf(146_875, time)).to.equal(4_700_000);
  });

  it("refuses times before genesis and slots that are not whole", () => {
    expect(() => slotAt(time.genesisTime - 1, time)).to.throw(FatalError, "before genesis");
    expect(() => timeAt(1.5, time)).to.throw(FatalError);
    expect(() => epochOf(-1, time)).to.throw(FatalError);
    expect(() => firstSlotOf(Number(FAR_FUTURE_EPOCH), time)).to.throw(FatalError);
  });
});
