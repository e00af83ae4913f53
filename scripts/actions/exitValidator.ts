import type { BeaconSource } from "../lib/beaconClient.ts";
import { FatalError } from "../lib/errors.ts";
import type { ValidatorKey } from "../lib/keys.ts";
import { epochOf } from "../lib/units.ts";
import { signVoluntaryExit, type SignedVoluntaryExit } from "../lib/voluntaryExit.ts";

/**
 * Signs a validator's voluntary exit and hands it to the node's pool. The node refuses it (FatalError) before the
 * validator is old enough.
 */
export async function exitValidator(
  beacon: BeaconSource,
  { secretKey, pubkey }: Pick<ValidatorKey, "secretKey" | "pubkey">,
): Promise<SignedVoluntaryExit> {
  const [genesis, spec, head, [validator]] = await Promise.all([
    beacon.genesis(),
    beacon.spec(),
    beacon.header("head"),
    beacon.validators("head", [pubkey]),
  ]);
  const capellaForkVersion = spec.values.CAPELLA_FORK_VERSION;
  if (typeof capellaForkVersion !== "string") throw new FatalError("the node names no version of Capella");
  if (head === undefined) throw new FatalError("the beacon node has no head");
  if (validator === undefined) throw new FatalError(`the beacon chain knows no validator ${pubkey}`);

  const exit = { epoch: epochOf(head.header.slot, spec), validatorIndex: validator.index };
  const { genesisValidatorsRoot } = genesis;
  const signed = signVoluntaryExit(secretKey, exit, { capellaForkVersion, genesisValidatorsRoot });
  await beacon.submitVoluntaryExit(signed);
  return signed;
}
