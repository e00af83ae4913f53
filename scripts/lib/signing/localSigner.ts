/** A key that this process holds. */
import { readFileSync } from "node:fs";
import {
  computeAddress,
  decryptKeystoreJson,
  isKeystoreJson,
  SigningKey,
  TypedDataEncoder,
  type TransactionRequest,
} from "ethers";
import { ConfigurationError, explain } from "../errors.ts";
import { Secret } from "../secret.ts";
import { unsignedTransaction, type AccountSigner, type TypedData } from "./accountSigner.ts";

export class LocalSigner implements AccountSigner {
  readonly address: string;
  readonly #key: SigningKey;

  /**
   * @param privateKey 0x and 64 hex digits
   * @param setting who set it, for complaints
   * @throws ConfigurationError where it is no private key of secp256k1; it is not repeated
   */
  constructor(privateKey: Secret, setting = "privateKey") {
    // The error of a wrong key has the key in it: it does not travel as a cause.
    try {
      this.#key = new SigningKey(privateKey.reveal());
      this.address = computeAddress(this.#key.publicKey);
    } catch {
      throw new ConfigurationError({
        setting,
        problem: "is no private key of an account",
        example: "0x and 64 hex digits",
      });
    }
  }

  async signTransaction(request: TransactionRequest): Promise<string> {
    const transaction = unsignedTransaction(request, this.address);
    transaction.signature = this.#key.sign(transaction.unsignedHash);
    return transaction.serialized;
  }

  async signTypedData({ domain, types, message }: TypedData): Promise<string> {
    return this.#key.sign(TypedDataEncoder.hash(domain, types, message)).serialized;
  }
}

/** How the settings of a keystore are called, for complaints. */
export interface KeystoreSettings {
  readonly file: string;
  readonly password: string;
}

/**
 * The key in an encrypted keystore (Web3 Secret Storage, version 3). Takes about a second: that is what protects it.
 * @throws ConfigurationError where there is none, or the password does not open it
 */
export async function openKeystore(
  path: string,
  password: Secret,
  settings: KeystoreSettings = { file: "keystoreFile", password: "keystorePassword" },
): Promise<LocalSigner> {
  const wrongFile = (problem: string) =>
    new ConfigurationError({ setting: settings.file, problem, value: path, example: "keystore.json" });
  let json: string;
  try {
    json = readFileSync(path, "utf8");
  } catch (error) {
    throw wrongFile(`cannot be read: ${explain(error)}`);
  }
  if (!isKeystoreJson(json)) throw wrongFile("is no encrypted keystore of version 3");
  let privateKey: string;
  try {
    ({ privateKey } = await decryptKeystoreJson(json, password.reveal()));
  } catch (error) {
    if ((error as { argument?: unknown }).argument !== "password") throw wrongFile("is a damaged keystore");
    throw new ConfigurationError({
      setting: settings.password,
      problem: `does not open ${path}`,
      example: "the password that the keystore was made with",
    });
  }
  return new LocalSigner(new Secret(privateKey), settings.file);
}
