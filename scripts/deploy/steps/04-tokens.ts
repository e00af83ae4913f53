import {
  BondVault__factory,
  CommitteeBonds__factory,
  StakedEther__factory,
  WrappedStakedEther__factory,
} from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

/// Tokens, and the bonds that are held in them. The ether sent with the ledger's deployment is the seed stake.
export async function deployTokens(c: DeployContext): Promise<void> {
  const p = c.parameters;
  await c.deploy(
    "StakedEther",
    StakedEther__factory,
    c.addressOf("Authority"),
    c.parameters.depositContract.value,
    c.addressOf("ValidatorRegistry"),
    c.addressOf("WithdrawalVault"),
    c.addressOf("RewardsVault"),
    {
      genesisTime: p.genesisTime.value,
      frameSeconds: p.secondsPerSlot.value * p.slotsPerEpoch.value * p.epochsPerFrame.value,
      maxDepositPerFrameGwei: p.maxDepositPerFrameGwei.value,
      maxGainBpPerYear: p.ledgerMaxGainBpPerYear.value,
      maxFeeBp: p.ledgerMaxFeeBp.value,
      maxDripBpPerYear: p.maxDripBpPerYear.value,
    },
    { value: p.seedWei.value },
  );
  await c.deploy("WrappedStakedEther", WrappedStakedEther__factory, c.addressOf("StakedEther"));
  await c.deploy(
    "BondVault",
    BondVault__factory,
    c.addressOf("Authority"),
    c.addressOf("StakedEther"),
    c.addressOf("WrappedStakedEther"),
    c.addressOf("OperatorRegistry"),
    c.addressOf("ValidatorRegistry"),
    p.bondRatioBp.value,
    p.curatedBondRatioBp.value,
    p.claimDelaySeconds.value,
  );
  await c.deploy(
    "CommitteeBonds",
    CommitteeBonds__factory,
    c.addressOf("Authority"),
    c.addressOf("StakedEther"),
  );
}
