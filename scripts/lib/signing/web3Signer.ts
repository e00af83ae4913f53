/**
 * Keys of validators that a Web3Signer holds: it signs deposits and voluntary exits. Its signatures are checked here: one
 * for another network or by another key is refused, not sent.
 * Source: Web3Signer's Eth2 signing API, `POST /api/v1/eth2/sign/{identifier}`.
 */
import { PublicKey, Signature, verify } from "@chainsafe/blst";
import { hexlify, isHexString } from "ethers";
import { depositSigningRoot, type DepositData, type DepositMessage } from "../depositData.ts";
import { FatalError } from "../errors.ts";
import { HttpClient, type HttpOptions } from "../http.ts";
import { fixedBytes } from "../signingDomain.ts";
import {
  voluntaryExitSigningRoot,
  type ExitNetwork,
  type SignedVoluntaryExit,
  type VoluntaryExit,
} from "../voluntaryExit.ts";

export class Web3Signer {
  readonly #http: HttpClient;

  /** @throws ConfigurationError where `url` is none; `setting` names it */
  constructor(url: string, options: HttpOptions = {}, setting = "web3SignerUrl") {
    this.#http = new HttpClient(url, options, setting);
  }

  /**
   * @param pubkey 48 bytes, 0x-hex
   * @throws FatalError where the signer has no such key, refuses, or its signature does not hold
   * @throws RetryableError where it does not answer
   */
  async signVoluntaryExit(
    pubkey: string,
    exit: VoluntaryExit,
    network: ExitNetwork,
  ): Promise<SignedVoluntaryExit> {
    const { capellaForkVersion, genesisValidatorsRoot } = network;
    const root = voluntaryExitSigningRoot(exit, network);
    const signature = await this.#sign(pubkey, root, {
      type: "VOLUNTARY_EXIT",
      fork_info: {
        // EIP-7044: the version of Capella, whichever fork there is
        fork: { previous_version: capellaForkVersion, current_version: capellaForkVersion, epoch: "0" },
        genesis_validators_root: genesisValidatorsRoot,
      },
      voluntary_exit: { epoch: String(exit.epoch), validator_index: String(exit.validatorIndex) },
    });
    return { ...exit, signature };
  }

  /** The same errors as `signVoluntaryExit`. */
  async signDeposit(deposit: DepositMessage, genesisForkVersion: string): Promise<DepositData> {
    const { pubkey, withdrawalCredentials, amountGwei } = deposit;
    const root = depositSigningRoot(deposit, genesisForkVersion);
    const signature = await this.#sign(pubkey, root, {
      type: "DEPOSIT",
      deposit: {
        pubkey,
        withdrawal_credentials: withdrawalCredentials,
        amount: String(amountGwei),
        genesis_fork_version: genesisForkVersion,
      },
    });
    return { ...deposit, signature };
  }

  async #sign(pubkey: string, root: Uint8Array, body: object): Promise<string> {
    fixedBytes(pubkey, 48, "pubkey");
    const { status, body: answer } = await this.#http.request(`/api/v1/eth2/sign/${pubkey}`, {
      method: "POST",
      json: { ...body, signing_root: hexlify(root) },
    });
    const name = `the signer at ${this.#http.name}`;
    if (status === 404) throw new FatalError(`${name} has no key ${pubkey}`);
    const signature = signatureIn(new TextDecoder().decode(answer));
    if (signature === undefined) throw new FatalError(`${name} answered with what is no signature`);
    if (!isBy(pubkey, root, signature))
      throw new FatalError(`${name} answered with a signature that does not hold for ${pubkey}`);
    return signature;
  }
}

/** It answers in JSON where it is asked to; older versions answer with the bytes alone. */
function signatureIn(text: string): string | undefined {
  let signature: unknown = text.trim();
  try {
    ({ signature } = JSON.parse(text) as { signature?: unknown });
  } catch {
    // not JSON: the bytes
  }
  return typeof signature === "string" && isHexString(signature, 96) ? signature : undefined;
}

function isBy(pubkey: string, root: Uint8Array, signature: string): boolean {
  try {
    return verify(root, PublicKey.fromHex(pubkey, true), Signature.fromHex(signature, true));
  } catch {
    return false;
  }
}
