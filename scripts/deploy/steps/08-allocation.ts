import {
  BeaconVerifier__factory,
  RandaoSource__factory,
  StakeAllocator__factory,
} from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

/// What verifies the beacon chain, and the draw, whose seeds it shows.
export async function deployAllocation(c: DeployContext): Promise<void> {
  const p = c.parameters;
  await c.deploy(
    "BeaconVerifier",
    BeaconVerifier__factory,
    {
      genesisTime: p.genesisTime.value,
      secondsPerSlot: p.secondsPerSlot.value,
      slotsPerEpoch: p.slotsPerEpoch.value,
      slotsPerHistoricalRoot: p.slotsPerHistoricalRoot.value,
      epochsPerHistoricalVector: p.epochsPerHistoricalVector.value,
      pendingPartialsLimit: p.pendingPartialsLimit.value,
      pendingConsolidationsLimit: p.pendingConsolidationsLimit.value,
      capellaSlot: p.capellaSlot.value,
      endSlot: p.layoutEndSlot.value,
    },
    p.beaconLayouts.value,
  );
  await c.deploy(
    "RandaoSource",
    RandaoSource__factory,
    c.addressOf("BeaconVerifier"),
    p.epochsBetweenDrawAndSeed.value,
  );
  await c.deploy(
    "StakeAllocator",
    StakeAllocator__factory,
    c.addressOf("Authority"),
    {
      operatorRegistry: c.addressOf("OperatorRegistry"),
      validatorRegistry: c.addressOf("ValidatorRegistry"),
      ledger: c.addressOf("StakedEther"),
      wrapper: c.addressOf("WrappedStakedEther"),
      bondVault: c.addressOf("BondVault"),
      withdrawalQueue: c.addressOf("WithdrawalQueue"),
      randomness: c.addressOf("RandaoSource"),
    },
    {
      lotEth: p.lotEth.value,
      capBp: p.allocationCapBp.value,
      capFloorEth: p.allocationCapFloorEth.value,
      weightLife: p.weightLifeSeconds.value,
      allotmentLife: p.allotmentLifeSeconds.value,
    },
  );
}
