/** From settings to those who sign. */
import { HDNodeWallet } from "ethers";
import { LOCAL_ACCOUNTS } from "../lib/accountNames.ts";
import { LOCAL_MNEMONIC } from "../lib/localAccounts.ts";
import { Secret } from "../lib/secret.ts";
import type { AccountSigner } from "../lib/signing/accountSigner.ts";
import { LocalSigner, openKeystore } from "../lib/signing/localSigner.ts";
import { RemoteSigner } from "../lib/signing/remoteSigner.ts";
import { LOCAL_CHAIN_ID, type KeeperSettings } from "./settings.ts";

/**
 * Who pays for and signs transactions; on the local chain the keeper's account where nobody else is named.
 * @returns nothing where no key is set
 * @throws ConfigurationError where a key or a keystore is wrong
 */
export async function accountSigner(settings: KeeperSettings): Promise<AccountSigner | undefined> {
  const { chainId, privateKey, keystoreFile, keystorePassword, signerUrl, signerAddress } = settings;
  if (privateKey) return new LocalSigner(privateKey, "privateKey");
  if (keystoreFile && keystorePassword) return openKeystore(keystoreFile, keystorePassword);
  if (signerUrl && signerAddress) return new RemoteSigner(signerUrl, signerAddress);
  return chainId === LOCAL_CHAIN_ID ? localKeeper() : undefined;
}

/** Who signs reports for the keeper's member; nothing where no key is set. The same errors. */
export async function memberSigner(settings: KeeperSettings): Promise<AccountSigner | undefined> {
  const { memberPrivateKey, memberKeystoreFile, memberKeystorePassword } = settings;
  const { memberSignerUrl, memberSignerAddress } = settings;
  if (memberPrivateKey) return new LocalSigner(memberPrivateKey, "memberPrivateKey");
  if (memberKeystoreFile && memberKeystorePassword) {
    const names = { file: "memberKeystoreFile", password: "memberKeystorePassword" };
    return openKeystore(memberKeystoreFile, memberKeystorePassword, names);
  }
  if (memberSignerUrl && memberSignerAddress)
    return new RemoteSigner(memberSignerUrl, memberSignerAddress, {}, "memberSignerUrl");
  return undefined;
}

function localKeeper(): AccountSigner {
  const wallet = HDNodeWallet.fromPhrase(LOCAL_MNEMONIC, "", `m/44'/60'/0'/0/${LOCAL_ACCOUNTS.keeper}`);
  return new LocalSigner(new Secret(wallet.privateKey));
}
