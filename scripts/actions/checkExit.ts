import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { BeaconSource } from "../lib/beaconClient.ts";
import { ConfigurationError, FatalError } from "../lib/errors.ts";
import { verifyVoluntaryExit, type SignedVoluntaryExit } from "../lib/voluntaryExit.ts";

const number = z.string().regex(/^(0|[1-9][0-9]{0,14})$/);
const schema = z.strictObject({
  message: z.strictObject({ epoch: number, validator_index: number }),
  signature: z.string().regex(/^0x[0-9a-fA-F]{192}$/),
});

/** @throws ConfigurationError where the file is no signed exit as the Beacon API takes it */
export async function readExit(path: string): Promise<SignedVoluntaryExit> {
  try {
    const { message, signature } = schema.parse(JSON.parse(await readFile(path, "utf8")));
    return { epoch: Number(message.epoch), validatorIndex: Number(message.validator_index), signature };
  } catch (error) {
    throw new ConfigurationError(
      {
        setting: "file",
        problem: "is no signed exit, or cannot be read",
        value: path,
        example: "what kedge keys exit-sign printed",
      },
      { cause: (error as { code?: unknown }).code === undefined ? undefined : error },
    );
  }
}

/**
 * Whose exit it is, by the node.
 *
 * @throws FatalError where the chain knows no such validator, or its key did not sign this
 */
export async function checkExit(
  beacon: BeaconSource,
  exit: SignedVoluntaryExit,
): Promise<{ pubkey: string }> {
  const { validatorIndex } = exit;
  const [{ genesisValidatorsRoot }, { values }, [validator]] = await Promise.all([
    beacon.genesis(),
    beacon.spec(),
    beacon.validators("head", [validatorIndex]),
  ]);
  const capellaForkVersion = values.CAPELLA_FORK_VERSION;
  if (typeof capellaForkVersion !== "string") throw new FatalError("the node names no version of Capella");
  if (validator === undefined) throw new FatalError(`the beacon chain knows no validator ${validatorIndex}`);
  if (!verifyVoluntaryExit(exit, validator.pubkey, { capellaForkVersion, genesisValidatorsRoot })) {
    throw new FatalError(`validator ${validatorIndex} did not sign this exit, or not for this chain`);
  }
  return { pubkey: validator.pubkey };
}
