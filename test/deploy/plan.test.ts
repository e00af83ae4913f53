import "../../scripts/devnet/preset.ts";
import { expect } from "chai";
import { deploy } from "../../scripts/deploy/deploy.ts";
import { planDeployment, type Plan } from "../../scripts/deploy/plan.ts";
import { Records } from "../../scripts/lib/records.ts";
import { startBareChain, type BareChain } from "./support/bareChain.ts";

describe("deploy: the plan", () => {
  let chain: BareChain;
  let plan: Plan;

  before(async () => {
    chain = await startBareChain();
    const deployer = await chain.deployer.getAddress();
    plan = await planDeployment(chain.provider, { deployer, parameters: chain.parameters });
  });
  after(() => chain.close());

  it("names every transaction, its gas, and the ether that it takes, and sends none", async () => {
    expect(await chain.deployer.getNonce()).to.equal(0);
    const { transactions, gas, valueWei } = plan;
    expect(new Set(transactions.map(({ what }) => what)).size).to.equal(transactions.length);
    expect(transactions.reduce((sum, each) => sum + each.gas, 0n)).to.equal(gas);
    const { seedWei, memberBondWei, committee } = chain.parameters;
    const bonds = memberBondWei.value * BigInt(committee.value.length);
    const proxy = 10n ** 16n;
    expect(valueWei).to.equal(seedWei.value + bonds + proxy);
  });

  it("is what the deployment then does: the same calls in the same order, to the same addresses", async () => {
    const from = await chain.provider.getBlockNumber();
    const { addresses } = await deploy({ ...chain, records: new Records() });
    expect(addresses).to.deep.equal(plan.addresses);
    const calls: { to: string | null; data: string; valueWei: bigint }[] = [];
    let used = 0n;
    for (let number = from + 1; number <= (await chain.provider.getBlockNumber()); number++) {
      const block = (await chain.provider.getBlock(number, true))!;
      used += block.gasUsed;
      for (const { to, data, value } of block.prefetchedTransactions)
        calls.push({ to, data, valueWei: value });
    }
    const bare = ({ to, data, valueWei }: (typeof calls)[number]) => ({ to, data, valueWei });
    expect(calls.map(bare)).to.deep.equal(plan.transactions.map(bare));
    // bonds are worth a wei more or less by the second in which they come
    expect(Number(used - plan.gas) / Number(plan.gas)).to.be.within(-0.01, 0.01);
  });
});
