import "../../../scripts/devnet/preset.ts";
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

/// Signatures of blocks and attestations go unchecked unless a story asks: the beacon chain's own tests check them.
export async function startWorld({
  bondWei = BOND,
  ...options
}: LocalNetworkOptions & { bondWei?: bigint } = {}): Promise<World> {
  const network = await startLocalNetwork({ verifySignatures: false, ...options });
  const { accounts, protocol } = network;
  const rewardAddress = await accounts.operatorRewards.getAddress();
  const { operatorId } = await registerOperator(protocol, accounts.manager, {
    rewardAddress,
    commissionBp: 1_000n,
  });
  if (bondWei > 0n) await depositBond(protocol, accounts.manager, { operatorId, amountWei: bondWei });
  const { genesisForkVersion } = await network.beacon.genesis();
  return {
    ...network,
    operatorId,
    credentials: await protocol.StakedEther.withdrawalCredentials(),
    forkVersion: genesisForkVersion,
    lost: new Set(),
  };
}

/// The receipt of a transaction, which must succeed.
export async function mined<R>(sent: Promise<{ wait(): Promise<R | null> }>): Promise<R> {
  const receipt = await (await sent).wait();
  if (receipt === null) throw new Error("the transaction has no receipt");
  return receipt;
}

/// Sets the balance of an account without a transaction, as a selfdestruct or a proposer can raise it.
export async function force(
  world: World,
  account: { getAddress(): Promise<string> },
  amountWei: bigint,
): Promise<void> {
  const balance = await world.provider.getBalance(account);
  const address = await account.getAddress();
  await world.provider.send("hardhat_setBalance", [address, `0x${(balance + amountWei).toString(16)}`]);
}
