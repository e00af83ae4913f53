import { expect } from "chai";
import { formatTable } from "../../scripts/lib/table.ts";

describe("table", () => {
  it("puts figures to the right and text to the left, without blanks at the end of lines", () => {
    const text = formatTable(
      ["operator", "keys", "bond"],
      [
        ["Ada", 3, "1,200.50 ETH"],
        ["Konrad", 120, "9.5 ETH"],
      ],
    );
    expect(text.split("\n")).to.deep.equal([
      "operator  keys          bond",
      "Ada          3  1,200.50 ETH",
      "Konrad     120       9.5 ETH",
    ]);
    expect(
      formatTable(
        ["a", "note"],
        [
          [1, "x"],
          [22, "longer"],
        ],
      )
        .split("\n")
        .every((line) => line === line.trimEnd()),
    ).to.equal(true);
  });

  it("obeys a given alignment, shows missing cells, keeps one line per row", () => {
    const text = formatTable(
      [{ title: "id", align: "left" }, "v"],
      [
        [1, undefined],
        [10, "two\n  lines"],
      ],
    );
    expect(text.split("\n")).to.deep.equal(["id  v", "1   –", "10  two lines"]);
  });

  it("does not count colours, and aligns coloured figures", () => {
    const text = formatTable(["n"], [["\x1b[31m5\x1b[0m"], [123n]]);
    expect(text.split("\n")).to.deep.equal(["  n", "  \x1b[31m5\x1b[0m", "123"]);
  });

  it("does not take addresses for figures, and works without rows", () => {
    expect(
      formatTable(
        ["address", "x"],
        [
          ["0x00", 1],
          ["0x0000", 1],
        ],
      ).split("\n")[1],
    ).to.equal("0x00     1");
    expect(formatTable(["a", "b"], [])).to.equal("a  b");
  });
});
