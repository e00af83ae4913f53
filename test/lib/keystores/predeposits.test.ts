import "../minimalPreset.ts";
import { mainnetChainConfig } from "@lodestar/config/configs";
import { genesisData, hoodiChainConfig } from "@lodestar/config/networks";
import { expect } from "chai";
import { getBytes, hexlify } from "ethers";
import { compoundingCredentials, verifyDeposit } from "../../../scripts/lib/depositData.ts";
import { ConfigurationError } from "../../../scripts/lib/errors.ts";
import { seedFromMnemonic, validatorKeys } from "../../../scripts/lib/keys.ts";
import { BEACON_NETWORKS, depositTargetOf, networkName } from "../../../scripts/lib/keystores/networks.ts";
import {
  depositEntry,
  predepositFiles,
  signPredepositsOf,
} from "../../../scripts/lib/keystores/predeposits.ts";
import { signExit } from "../../../scripts/lib/keystores/signExit.ts";
import { KeyTree } from "../../../scripts/lib/keyTree.ts";
import { Records } from "../../../scripts/lib/records.ts";
import { verifyVoluntaryExit, voluntaryExitJson } from "../../../scripts/lib/voluntaryExit.ts";
import { errorOf, useFolder, WORDS } from "./support.ts";

const VAULT = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const target = {
  withdrawalCredentials: compoundingCredentials(VAULT),
  genesisForkVersion: BEACON_NETWORKS.hoodi!.genesisForkVersion,
};
const keys = validatorKeys(seedFromMnemonic(WORDS), 0, 3);
const secretKeys = keys.map(({ secretKey }) => secretKey);

describe("keystores: predeposits", () => {
  const { path } = useFolder();

  it("are 1 ETH each to the pool's credentials, signed, in the order of the keys", () => {
    const deposits = signPredepositsOf(secretKeys, target);
    expect(deposits.map(({ pubkey }) => pubkey)).to.deep.equal(keys.map(({ pubkey }) => pubkey));
    for (const deposit of deposits) {
      expect(deposit).to.include({
        withdrawalCredentials: `0x020000000000000000000000${VAULT.slice(2).toLowerCase()}`,
        amountGwei: 1_000_000_000n,
      });
      expect(verifyDeposit(deposit, "0x10000910")).to.equal(true);
      expect(verifyDeposit(deposit, "0x00000000")).to.equal(false);
    }
  });

  it("make a file from which the commitment's tree is loaded, and always the same one", () => {
    const deposits = signPredepositsOf(secretKeys, target);
    const { root, files } = predepositFiles(deposits, target.genesisForkVersion);
    const tree = KeyTree.load(JSON.parse(files[0]!.text) as ReturnType<KeyTree["dump"]>);
    expect(tree.root).to.equal(root).and.to.equal(new KeyTree(deposits).root);
    expect(tree.keys.map(({ pubkey }) => pubkey)).to.deep.equal(keys.map(({ pubkey }) => pubkey));
    expect(
      predepositFiles(signPredepositsOf(secretKeys, target), target.genesisForkVersion).files,
    ).to.deep.equal(files);
  });

  it("are listed as the official tool lists them", () => {
    // version 2.7.0 of that tool, for Holesky; published
    const pubkey =
      "0xb0210e4333812d669b178443b77e1674329e2eeeae17e6b9d7ef6cb8723c8b269de7e152b42445d5ea8d5f582ca45cd7";
    const signature =
      "0x96b504aec4ced4d680a01a2cde40632809744f967657f4aa31d4bc77701dbeb68e86441999b3559c505e5644eed9c350091af39e3e319befe4a76e796856095912938046ce567ed39a56df13b8f31e9e83b93ca774a9f983b9c0eb673c7f7a4a";
    const withdrawalCredentials = "0x010000000000000000000000f0179dec45a37423ead4fad5fcb136197872ead9";
    const deposit = { pubkey, withdrawalCredentials, amountGwei: 32_000_000_000n, signature };
    expect(depositEntry(deposit, "0x01017000")).to.deep.equal({
      pubkey: pubkey.slice(2),
      withdrawal_credentials: withdrawalCredentials.slice(2),
      amount: 32_000_000_000,
      signature: signature.slice(2),
      deposit_message_root: "d09880f5dab2c46c7d4e6d7148c54eebd4b33db44b2cd194dff3a8aaff6ad9eb",
      deposit_data_root: "aa9bb085dc0410d2013cff51e98ae2a41a81512a0676fbe0397c3cd997f1fb87",
      fork_version: "01017000",
      network_name: "unknown",
    });
  });

  it("are for the credentials and the fork version that a deployment recorded", async () => {
    const record = (address: string, ...constructorArguments: unknown[]) => ({
      ...{ address, transactionHash: "0x", blockNumber: 1, gasUsed: "1", constructorArguments },
    });
    const settings = { genesisForkVersion: "0x10000910", credentialsPrefix: "0x02", checksOthers: true };
    const records = new Records(path("hoodi"));
    records.set("WithdrawalVault", record(VAULT, VAULT));
    expect(await errorOf(async () => depositTargetOf(path("hoodi")))).to.be.instanceOf(ConfigurationError);
    records.set("BeaconDepositor", record(VAULT, VAULT, VAULT, settings));
    expect(depositTargetOf(path("hoodi"))).to.deep.equal(target);
    records.set("BeaconDepositor", record(VAULT, VAULT, { ...settings, credentialsPrefix: "0x03" }));
    expect(depositTargetOf(path("hoodi")).withdrawalCredentials).to.equal(
      target.withdrawalCredentials.replace("0x02", "0x03").toLowerCase(),
    );
    expect((await errorOf(async () => depositTargetOf(path("none")))).message).to.contain(path("none"));
  });
});

describe("keystores: networks", () => {
  it("are as Lodestar knows them", () => {
    for (const [name, config] of [
      ["mainnet", mainnetChainConfig],
      ["hoodi", hoodiChainConfig],
    ] as const) {
      expect(BEACON_NETWORKS[name]).to.deep.equal({
        genesisForkVersion: hexlify(config.GENESIS_FORK_VERSION),
        capellaForkVersion: hexlify(config.CAPELLA_FORK_VERSION),
        genesisValidatorsRoot: genesisData[name].genesisValidatorsRoot,
      });
      expect(networkName(hexlify(config.GENESIS_FORK_VERSION))).to.equal(name);
    }
    expect(networkName("0x00000001")).to.equal("unknown");
  });
});

describe("keystores: exits", () => {
  it("are good for one validator, epoch and network, and no other", () => {
    const network = BEACON_NETWORKS.hoodi!;
    const [key, other] = keys;
    const signed = signExit(key!.secretKey, { epoch: 7, validatorIndex: 12 }, network);
    expect(verifyVoluntaryExit(signed, key!.pubkey, network)).to.equal(true);
    for (const [exit, pubkey, net] of [
      [{ ...signed, epoch: 8 }, key!.pubkey, network],
      [{ ...signed, validatorIndex: 13 }, key!.pubkey, network],
      [signed, other!.pubkey, network],
      [signed, key!.pubkey, BEACON_NETWORKS.mainnet!],
      [signed, key!.pubkey, { ...network, capellaForkVersion: "0x03000000" }],
      [{ ...signed, signature: hexlify(new Uint8Array(96)) }, key!.pubkey, network],
    ] as const) {
      expect(verifyVoluntaryExit(exit, pubkey, net)).to.equal(false);
    }
    expect(getBytes(signed.signature)).to.have.length(96);
    expect(voluntaryExitJson(signed)).to.deep.equal({
      message: { epoch: "7", validator_index: "12" },
      signature: signed.signature,
    });
  });
});
