import type { Signer } from "ethers";
import type { Addresses } from "../lib/protocol.ts";
import { DeployContext } from "./context.ts";
import { parametersSchema, type Parameters } from "./parameters/schema.ts";
import type { Records } from "../lib/records.ts";
import { deployAuthority } from "./steps/01-authority.ts";
import { deployOperators } from "./steps/02-operators.ts";
import { deployVaults } from "./steps/03-vaults.ts";
import { deployTokens } from "./steps/04-tokens.ts";
import { deployFunds } from "./steps/05-funds.ts";
import { deployWithdrawals } from "./steps/06-withdrawals.ts";
import { deployOracle } from "./steps/07-oracle.ts";
import { deployAllocation } from "./steps/08-allocation.ts";
import { deployDepositor } from "./steps/09-depositor.ts";
import { deploySlashing } from "./steps/10-slashing.ts";
import { deployExits } from "./steps/11-exits.ts";
import { deployConsolidations } from "./steps/12-consolidations.ts";
import { deployKeepers } from "./steps/13-keepers.ts";
import { deployCheckpoints } from "./steps/14-checkpoints.ts";
import { deployBrake } from "./steps/15-brake.ts";
import { deployGovernance } from "./steps/16-governance.ts";
import { deployUpkeep } from "./steps/17-upkeep.ts";
import { grantRoles } from "./steps/18-roles.ts";

const STEPS = [
  deployAuthority,
  deployOperators,
  deployVaults,
  deployTokens,
  deployFunds,
  deployWithdrawals,
  deployOracle,
  deployAllocation,
  deployDepositor,
  deploySlashing,
  deployExits,
  deployConsolidations,
  deployKeepers,
  deployCheckpoints,
  deployBrake,
  deployGovernance,
  deployUpkeep,
  grantRoles,
];

export interface Deployed {
  addresses: Addresses;
  /// Transactions that this run sent; 0 when everything was there.
  sent: number;
}

/// Deploys what is not there yet, in the order of the graph of contracts. Running it again changes nothing.
export async function deploy(options: {
  deployer: Signer;
  parameters: Parameters;
  records: Records;
  say?: (line: string) => void;
}): Promise<Deployed> {
  const parameters = parametersSchema.parse(options.parameters);
  const chainId = (await options.deployer.provider?.getNetwork())?.chainId;
  if (chainId !== parameters.chainId.value) {
    throw new Error(
      `the chain has id ${String(chainId)}, the parameters are for ${parameters.chainId.value}`,
    );
  }
  const context = new DeployContext(options.deployer, parameters, options.records, options.say ?? (() => {}));
  await context.requireRecorded();
  await context.deployFactory();
  for (const step of STEPS) await step(context);
  return { addresses: context.addresses() as Addresses, sent: context.sent };
}
