import { Command } from "commander";
import { formatEther } from "../../lib/units.ts";
import { etherAmount } from "../arguments.ts";
import { iso } from "../output.ts";
import { forOperator, type OperatorOptions } from "./options.ts";

/// `kedge operator bond <verb>`.
export function declareBond(bond: Command): void {
  const verb = (name: string, about: string) => {
    const command = forOperator(new Command(name).description(about));
    bond.addCommand(command);
    return command;
  };
  verb("add", "stake ether for the bond; anyone may, for any operator")
    .requiredOption("--ether <amount>", "how much", etherAmount)
    .action(add);
  verb("ask", "ask for a part of the bond back; it backs nothing from then on, and can be claimed later")
    .requiredOption("--ether <amount>", "what it is to be worth now", etherAmount)
    .action(ask);
  verb("claim", "take what was asked for, when its time has come").action(claim);
  verb("cancel", "ask for nothing any more").action(cancel);
}

async function add({
  operator: operatorId,
  ether: amountWei,
  ...options
}: OperatorOptions & { ether: bigint }) {
  const [{ depositBond }, { send }] = await Promise.all([
    import("../../actions/registerOperator.ts"),
    import("../send/send.ts"),
  ]);
  await send(
    options,
    async ({ protocol, signer }) => ({
      receipt: await depositBond(protocol, signer, { operatorId, amountWei }),
    }),
    () => ({
      data: { operatorId, amountWei },
      text: `${formatEther(amountWei, 6)} ether more back operator ${operatorId}`,
    }),
  );
}

async function ask({
  operator: operatorId,
  ether: amountWei,
  ...options
}: OperatorOptions & { ether: bigint }) {
  const [{ askForBond }, { send }] = await loaded();
  await send(
    options,
    async ({ protocol, signer }) => {
      const shares = await protocol.StakedEther.getSharesByPooledEth(amountWei);
      return askForBond(protocol, signer, { operatorId, shares });
    },
    ({ shares, claimableFrom }) => ({
      data: { operatorId, shares, claimableFrom },
      text: `${formatEther(shares, 6)} shares of the bond can be claimed from ${iso(claimableFrom)} on`,
    }),
  );
}

async function claim({ operator: operatorId, ...options }: OperatorOptions) {
  const [{ claimBond }, { send }] = await loaded();
  await send(
    options,
    ({ protocol, signer }) => claimBond(protocol, signer, { operatorId }),
    ({ shares }) => ({
      data: { operatorId, shares },
      text: `${formatEther(shares, 6)} shares of the bond are the manager's kETH now`,
    }),
  );
}

async function cancel({ operator: operatorId, ...options }: OperatorOptions) {
  const [{ cancelBondClaim }, { send }] = await loaded();
  await send(
    options,
    ({ protocol, signer }) => cancelBondClaim(protocol, signer, { operatorId }),
    ({ shares }) => ({
      data: { operatorId, shares },
      text: `${formatEther(shares, 6)} shares back operator ${operatorId} again`,
    }),
  );
}

function loaded() {
  return Promise.all([import("../../actions/claimBond.ts"), import("../send/send.ts")]);
}
