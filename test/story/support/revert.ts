import { expect } from "chai";
import { isError, type Interface } from "ethers";

/// Claims that a call is refused with an error of `contract`, by name and, where given, by values.
export async function expectRevert(
  action: Promise<unknown>,
  contract: { interface: Interface },
  name: string,
  args?: readonly unknown[],
): Promise<void> {
  const error = await action.then(
    () => new Error(`not refused, but should be with ${name}`),
    (reason: Error) => reason,
  );
  if (!isError(error, "CALL_EXCEPTION") || !error.data || error.data === "0x") throw error;
  const decoded = contract.interface.parseError(error.data);
  expect(decoded?.name ?? error.data, "error").to.equal(name);
  if (args !== undefined) expect([...decoded!.args], name).to.deep.equal(args);
}
