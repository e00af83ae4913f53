import type { Command } from "commander";
import type { OperatorStanding } from "../../actions/operatorStanding.ts";
import { formatEther } from "../../lib/units.ts";
import { id } from "../arguments.ts";
import { iso, print } from "../output.ts";
import { withSession, type SessionOptions } from "../sessionOptions.ts";

/// `kedge operator status`.
export function declareStatus(command: Command): void {
  withSession(command).argument("<operator>", "its id", id).action(show);
}

async function show(operatorId: bigint, options: SessionOptions): Promise<void> {
  const [{ operatorStanding }, { inSession, latestBlock }] = await Promise.all([
    import("../../actions/operatorStanding.ts"),
    import("../session.ts"),
  ]);
  await inSession(options, async ({ protocol, provider }) => {
    const { number: blockNumber } = await latestBlock(provider);
    const standing = await operatorStanding(protocol, operatorId, blockNumber);
    print({ blockNumber, ...standing }, { ...options, text: textOf(standing) });
  });
}

function textOf(operator: OperatorStanding): string {
  const { operatorId, standing, isCurated, allottedEth, askedShares } = operator;
  const shares = (amount: bigint) => formatEther(amount, 6);
  return [
    `operator ${operatorId}: ${standing}${isCurated ? ", curated" : ""}`,
    `  manager ${operator.manager}, rewards to ${operator.rewardAddress}`,
    `  commission ${operator.commissionBp} of 10,000`,
    `  stake ${operator.stakeEth} of ${operator.capacityEth} ETH that its bond backs`,
    allottedEth === 0n
      ? "  nothing is allotted to it"
      : `  ${allottedEth} ETH are allotted to it until ${iso(operator.allottedUntil)}`,
    `  bond ${shares(operator.bondShares)} shares, worth ${shares(operator.bondWei)} ether`,
    `  of it locked ${shares(operator.lockedShares)}, claimable ${shares(operator.claimableShares)} shares`,
    ...(askedShares === 0n
      ? []
      : [`  asked for ${shares(askedShares)} shares, from ${iso(operator.claimableFrom)} on`]),
  ].join("\n");
}
