import { expect } from "chai";
import { MAX_CODE_BYTES, checkSizes } from "../../scripts/check/sizes.ts";
import { withProject } from "./project.ts";

const artifact = (contractName: string, bytes: number) =>
  JSON.stringify({ contractName, deployedBytecode: `0x${"00".repeat(bytes)}` });

describe("check/sizes", () => {
  it("names a contract that is too large, and no other", () => {
    const files = {
      "artifacts/contracts/Fits.sol/Fits.json": artifact("Fits", MAX_CODE_BYTES),
      "artifacts/contracts/Big.sol/Big.json": artifact("Big", MAX_CODE_BYTES + 1),
      "artifacts/contracts/Big.sol/artifacts.d.ts": "",
      "artifacts/test/Huge.t.sol/Huge.json": artifact("Huge", 2 * MAX_CODE_BYTES),
    };
    withProject(files, (context) => {
      expect(checkSizes(context)).to.deep.equal(["Big has 24577 bytes of code, 1 too many"]);
    });
  });

  it("passes a project without contracts", () => {
    withProject({}, (context) => expect(checkSizes(context)).to.deep.equal([]));
  });
});
