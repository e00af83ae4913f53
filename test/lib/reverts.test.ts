import { expect } from "chai";
import { Interface } from "ethers";
import { refusalText } from "../../scripts/lib/reverts.ts";

const known = new Interface(["error Closed(uint256 until)"]);

describe("reverts", () => {
  it("names an error as the contract that knows it does", () => {
    expect(refusalText([new Interface([]), known], known.encodeErrorResult("Closed", [7n]))).to.equal(
      "Closed(7)",
    );
    expect(refusalText([], known.encodeErrorResult("Error", ["late"]))).to.equal("Error(late)");
    expect(refusalText([], known.encodeErrorResult("Panic", [17n]))).to.equal("Panic(17)");
  });

  it("shows bytes that nobody knows, or that only begin like an error, as they are", () => {
    for (const data of ["0x1234", "0xdeadbeef", "0x08c379a0ff"]) {
      expect(refusalText([known], data)).to.equal(`refused: ${data}`);
    }
    expect(refusalText([known], "0x")).to.equal("refused without a reason");
  });
});
