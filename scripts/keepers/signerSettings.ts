import { address, path, url } from "../lib/settings/kinds.ts";
import { optional, secret, type Others } from "../lib/settings/setting.ts";

/** A key is in the environment, in an encrypted keystore, or with a remote signer; in one of these places only. */
function keySettings(what: string, keystoreFile: string, signerUrl: string) {
  const alone = (...others: string[]) => ({
    from: others,
    problem: (value: unknown, values: Others) => {
      const also = others.find((name) => values[name] !== undefined);
      return value === undefined || also === undefined
        ? undefined
        : `is set, and so is ${also}: there can be one key`;
    },
  });
  const needed = (name: string) => ({
    when: `where ${name} is set`,
    from: [name],
    of: (values: Others) => values[name] !== undefined,
  });
  return {
    privateKey: secret({
      about: `The private key ${what}.`,
      rule: "0x and 64 hex digits",
      pattern: /^0x[0-9a-fA-F]{64}$/,
      example: "0x and 64 hex digits",
      check: alone(keystoreFile, signerUrl),
    }),
    keystoreFile: optional(path(), {
      about: `The encrypted keystore (V3) with the key ${what}.`,
      example: "/etc/kedge/keystore.json",
      check: alone(signerUrl),
    }),
    keystorePassword: secret({
      about: `The password of ${keystoreFile}.`,
      rule: "a text that is not empty",
      pattern: /^[^]+$/,
      example: "the password that the keystore was made with",
      needed: needed(keystoreFile),
    }),
    signerUrl: optional(url(), {
      about: `JSON-RPC of a remote signer with the key ${what}.`,
      example: "http://127.0.0.1:9000",
    }),
    signerAddress: optional(address(), {
      about: `The address for which ${signerUrl} signs.`,
      example: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
      needed: needed(signerUrl),
    }),
  };
}

/** Whose transactions the keeper sends. */
export const ACCOUNT_SETTINGS = keySettings(
  "that pays for and signs transactions",
  "keystoreFile",
  "signerUrl",
);

const member = keySettings(
  "that signs reports for the keeper's member",
  "memberKeystoreFile",
  "memberSignerUrl",
);

/** A member's key is not the account's: it never pays for anything. */
export const MEMBER_SETTINGS = {
  memberPrivateKey: member.privateKey,
  memberKeystoreFile: member.keystoreFile,
  memberKeystorePassword: member.keystorePassword,
  memberSignerUrl: member.signerUrl,
  memberSignerAddress: member.signerAddress,
};

export const VALIDATOR_SETTINGS = {
  web3SignerUrl: optional(url(), {
    about: "A Web3Signer with keys of validators, for deposits and voluntary exits.",
    example: "http://127.0.0.1:9001",
  }),
};

/** The settings that give a key for transactions, and one for reports: one of each is enough. */
export const ACCOUNT_KEYS = ["privateKey", "keystoreFile", "signerUrl"] as const;
export const MEMBER_KEYS = ["memberPrivateKey", "memberKeystoreFile", "memberSignerUrl"] as const;

export function hasAny(names: readonly string[], others: Others): boolean {
  return names.some((name) => others[name] !== undefined);
}
