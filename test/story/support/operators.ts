import type { ContractTransactionReceipt } from "ethers";
import { depositBond, registerOperator } from "../../../scripts/actions/registerOperator.ts";
import type { AccountName } from "../../../scripts/devnet/localNetwork.ts";
import { allotAll, mined, type World } from "./world.ts";

/// Another operator, as a world in which it stands in the place of the first one. A curated one needs less bond.
export async function addOperator(
  world: World,
  { manager, bondWei, curated = false }: { manager: AccountName; bondWei: bigint; curated?: boolean },
): Promise<World> {
  const { accounts, protocol } = world;
  const { operatorId } = await registerOperator(protocol, accounts[manager], {
    rewardAddress: await accounts[manager].getAddress(),
    commissionBp: 1_000n,
  });
  const asOperator = { ...world, operatorId, accounts: { ...accounts, manager: accounts[manager] } };
  if (curated) await curate(asOperator);
  await bond(asOperator, bondWei);
  return asOperator;
}

/// Governance knows the operator from now on.
export async function curate({ accounts, protocol, operatorId }: World): Promise<void> {
  await mined(protocol.OperatorRegistry.connect(accounts.admin).setCurated(operatorId, true));
}

/// Ether for the operator's bond, from its manager.
export async function bond({ accounts, protocol, operatorId }: World, amountWei: bigint): Promise<void> {
  await depositBond(protocol, accounts.manager, { operatorId, amountWei });
}

/// One lot is drawn for the operator. Others whose bonds back no more than they have cannot win it.
export async function allotLot(world: World): Promise<void> {
  await allotAll(world, world.operatorId, (await world.protocol.StakeAllocator.parameters()).lotEth);
}

/// The manager asks for shares of the bond.
export async function requestClaim(
  { accounts, protocol, operatorId }: World,
  shares: bigint,
): Promise<ContractTransactionReceipt> {
  return mined(protocol.BondVault.connect(accounts.manager).requestClaim(operatorId, shares));
}

/// The manager asks for shares of the bond, waits, and takes them.
export async function claimBond(
  world: World,
  shares: bigint,
  to: string,
): Promise<ContractTransactionReceipt> {
  const { accounts, devnet, parameters, protocol, operatorId } = world;
  await requestClaim(world, shares);
  await devnet.tickSlots(Number(parameters.claimDelaySeconds.value / parameters.secondsPerSlot.value) + 1);
  return mined(protocol.BondVault.connect(accounts.manager).claim(operatorId, to));
}

/// Stake of the operator, in whole ETH.
export async function stakeOf({ protocol, operatorId }: World): Promise<bigint> {
  return (await protocol.ValidatorRegistry.stakeOf(operatorId)).eth;
}
