import { MaxUint256, parseEther, ZeroAddress } from "ethers";
import type { Bench } from "./bench.ts";

/// Stakes, transfers, wraps. Each figure is of an account that has done the thing before, unless it says "new".
export async function benchTokens(bench: Bench): Promise<void> {
  const { protocol, accounts } = bench.net;
  const ledger = protocol.StakedEther;
  const wrapper = protocol.WrappedStakedEther;
  const { alice, bob, carol } = accounts;
  const one = { value: parseEther("1") };

  await bench.measure("stake 1 ETH, new holder", ledger.connect(alice).stake(ZeroAddress, one));
  await bench.measure("stake 1 ETH, holder", ledger.connect(alice).stake(ZeroAddress, one));
  await bench.measure("transfer kETH, new receiver", ledger.connect(alice).transfer(bob, parseEther("0.1")));
  await bench.measure("transfer kETH, holder", ledger.connect(alice).transfer(bob, parseEther("0.1")));

  await bench.gasOf(ledger.connect(alice).approve(wrapper, MaxUint256));
  await bench.gasOf(wrapper.connect(alice).deposit(parseEther("0.2"), alice));
  await bench.measure("wrap, holder", wrapper.connect(alice).deposit(parseEther("0.2"), alice));
  await bench.measure("unwrap, partial", wrapper.connect(alice).redeem(parseEther("0.1"), alice, alice));
  await bench.measure(
    "stake straight into wkETH, holder",
    wrapper.connect(alice).depositEther(alice, 0, ZeroAddress, one),
  );
  await bench.gasOf(wrapper.connect(alice).transfer(carol, parseEther("0.1")));
  await bench.measure("transfer wkETH, holder", wrapper.connect(alice).transfer(carol, parseEther("0.1")));

  await bench.noteExecution("balanceOf kETH, cold, execution", ledger, "balanceOf", [await bob.getAddress()]);
  await bench.noteExecution("rate of wkETH, cold, execution", wrapper, "getRate", []);
}
