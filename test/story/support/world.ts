import "../../../scripts/devnet/preset.ts";
import { drawStake } from "../../../scripts/actions/drawStake.ts";
import { depositBond, registerOperator } from "../../../scripts/actions/registerOperator.ts";
import {
  startLocalNetwork,
  type LocalNetwork,
  type LocalNetworkOptions,
} from "../../../scripts/devnet/localNetwork.ts";

export const ETHER = 10n ** 18n;
export const GWEI = 10n ** 9n;
/// The operator's bond in wei, unless a story says otherwise: backs 4,000 ETH of stake.
export const BOND = 200n * ETHER;
export const NOBODY = "0x0000000000000000000000000000000000000000";

/// A fresh network with one operator, as every story finds it.
export interface World extends LocalNetwork {
  operatorId: bigint;
  /// The withdrawal credentials of the pool.
  credentials: string;
  forkVersion: string;
  /// Public keys whose deposits the story knows to be lost.
  lost: Set<string>;
}

/// Signatures of blocks and attestations go unchecked unless a story asks: the beacon chain's own tests check them. The
/// operator has won a draw for all that its bond backs: how draws go is a story of its own.
export async function startWorld({
  bondWei = BOND,
  ...options
}: LocalNetworkOptions & { bondWei?: bigint } = {}): Promise<World> {
  // 5 % of its stake, in whole validators
  const backedEth = (bondWei * 20n) / ETHER;
  const lotEth = bondWei > 0n ? backedEth - (backedEth % 32n) : 32n;
  const network = await startLocalNetwork({ verifySignatures: false, lotEth, ...options });
  const { accounts, protocol } = network;
  const rewardAddress = await accounts.operatorRewards.getAddress();
  const { operatorId } = await registerOperator(protocol, accounts.manager, {
    rewardAddress,
    commissionBp: 1_000n,
  });
  if (bondWei > 0n) {
    await depositBond(protocol, accounts.manager, { operatorId, amountWei: bondWei });
    await allotAll(network, operatorId, lotEth);
  }
  const { genesisForkVersion } = await network.beacon.genesis();
  return {
    ...network,
    operatorId,
    credentials: await protocol.StakedEther.withdrawalCredentials(),
    forkVersion: genesisForkVersion,
    lost: new Set(),
  };
}

/// A draw for the only operator that can win it. The ether to be allotted has yet to be staked: the ledger is lent it while the draw lasts.
/// Whole frames pass, so that a story begins at the same place of a frame however long the draw takes.
export async function allotAll(network: LocalNetwork, operatorId: bigint, eth: bigint): Promise<void> {
  const { accounts, devnet, protocol } = network;
  const until = async (condition: () => Promise<boolean>) => void (await devnet.tickUntil(condition));
  const start = devnet.slot;
  await force(network, protocol.StakedEther, eth * ETHER);
  await drawStake(network, accounts.keeper, { operatorId, eth, until });
  await force(network, protocol.StakedEther, -eth * ETHER);
  const frame = Number(await protocol.ReportOracle.slotsPerFrame());
  await devnet.tickUntil(() => (devnet.slot - start) % frame === 0);
}

/// The receipt of a transaction, which must succeed.
export async function mined<R>(sent: Promise<{ wait(): Promise<R | null> }>): Promise<R> {
  const receipt = await (await sent).wait();
  if (receipt === null) throw new Error("the transaction has no receipt");
  return receipt;
}

/// Changes the balance of an account without a transaction, as a selfdestruct or a proposer can raise it.
export async function force(
  world: LocalNetwork,
  account: { getAddress(): Promise<string> },
  amountWei: bigint,
): Promise<void> {
  const balance = await world.provider.getBalance(account);
  const address = await account.getAddress();
  await world.provider.send("hardhat_setBalance", [address, `0x${(balance + amountWei).toString(16)}`]);
}
