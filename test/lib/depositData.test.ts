import "./minimalPreset.ts";
import { SecretKey } from "@chainsafe/blst";
import { hoodiGenesis } from "@ethereumjs/genesis/hoodi";
import { ssz } from "@lodestar/types";
import { expect } from "chai";
import { Contract, getBytes, hexlify } from "ethers";
import { network } from "hardhat";
import {
  compoundingCredentials,
  depositDataRoot,
  depositDomain,
  depositMessageRoot,
  signDeposit,
  verifyDeposit,
  type DepositData,
} from "../../scripts/lib/depositData.ts";
import { FatalError } from "../../scripts/lib/errors.ts";
import { seedFromMnemonic, validatorKey } from "../../scripts/lib/keys.ts";
import { gweiToWei } from "../../scripts/lib/units.ts";

/** Written by the official deposit tool (versions 2.3.0 and 2.7.0) for Goerli and Holesky, and published. */
const OFFICIAL = [
  {
    forkVersion: "0x00001020",
    pubkey:
      "0x9080aebef302c8f30c90d6b9e6dfe8249179c5f61e7b99df323f535927ef5ee3e83a4fa87bbe87dcf5c77baaac3a23ca",
    withdrawalCredentials: "0x010000000000000000000000000a0660fc6c21b6c8638c56f7a8bbe22dcc9000",
    signature:
      "0xb55ccc58ae59450bee99ba39b43ab820509f30944b91d6fb225eb6329537ad2f39a0b5708e692d13b26270e7980ad7f105de2c7630f757154840423858366cc51c2b5da57e7b6142816deecd2f3e35dcfb50a79c73558294c428af97c0178f90",
    messageRoot: "0x736a0665a1448aa18a711d8f493a92411c4265cb7da6d2f7a6653e6bb551beae",
    dataRoot: "0x046d9ad74df0cb689cf830ea6a4350920440a5f113a1c5c18ca3c0e351766a05",
  },
  {
    forkVersion: "0x01017000",
    pubkey:
      "0xb0210e4333812d669b178443b77e1674329e2eeeae17e6b9d7ef6cb8723c8b269de7e152b42445d5ea8d5f582ca45cd7",
    withdrawalCredentials: "0x010000000000000000000000f0179dec45a37423ead4fad5fcb136197872ead9",
    signature:
      "0x96b504aec4ced4d680a01a2cde40632809744f967657f4aa31d4bc77701dbeb68e86441999b3559c505e5644eed9c350091af39e3e319befe4a76e796856095912938046ce567ed39a56df13b8f31e9e83b93ca774a9f983b9c0eb673c7f7a4a",
    messageRoot: "0xd09880f5dab2c46c7d4e6d7148c54eebd4b33db44b2cd194dff3a8aaff6ad9eb",
    dataRoot: "0xaa9bb085dc0410d2013cff51e98ae2a41a81512a0676fbe0397c3cd997f1fb87",
  },
];
const VAULT = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const FORK = "0x00000001";
const DEPOSIT_CONTRACT = "0x00000000219ab540356cBB839Cbe05303d7705Fa";
const { secretKey, pubkey } = validatorKey(
  seedFromMnemonic("test test test test test test test test test test test junk"),
  0,
);

function deposit(amountGwei = 1_000_000_000n): DepositData {
  return signDeposit(secretKey, { withdrawalCredentials: compoundingCredentials(VAULT), amountGwei }, FORK);
}

describe("deposit data", () => {
  for (const { forkVersion, messageRoot, dataRoot, ...official } of OFFICIAL) {
    it(`equals what the official tool wrote for fork version ${forkVersion}`, () => {
      const data = { ...official, amountGwei: 32_000_000_000n };
      expect(depositMessageRoot(data)).to.equal(messageRoot);
      expect(depositDataRoot(data)).to.equal(dataRoot);
      expect(verifyDeposit(data, forkVersion)).to.equal(true);
      expect(verifyDeposit(data, FORK)).to.equal(false);
    });
  }

  it("has mainnet's deposit domain for fork version 0", () => {
    // compute_domain(DOMAIN_DEPOSIT), as it stands in the code of wallets and hardware signers
    expect(hexlify(depositDomain("0x00000000"))).to.equal(
      "0x03000000f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a9",
    );
  });

  it("writes compounding credentials: 0x02, eleven zero bytes, the vault", () => {
    expect(compoundingCredentials(VAULT)).to.equal(
      "0x0200000000000000000000005fbdb2315678afecb367f032d93f642f64180aa3",
    );
    expect(() => compoundingCredentials("0x1234")).to.throw("invalid address");
  });

  it("has the root of Lodestar's DepositData and verifies, for every kind of amount", () => {
    for (const amountGwei of [1_000_000_000n, 2_048_000_000_000n, 1n, 0n]) {
      const data = deposit(amountGwei);
      const value = {
        pubkey: getBytes(data.pubkey),
        withdrawalCredentials: getBytes(data.withdrawalCredentials),
        amount: Number(amountGwei),
        signature: getBytes(data.signature),
      };
      expect(data.pubkey).to.equal(pubkey);
      expect(depositDataRoot(data)).to.equal(hexlify(ssz.phase0.DepositData.hashTreeRoot(value)));
      expect(depositMessageRoot(data)).to.equal(hexlify(ssz.phase0.DepositMessage.hashTreeRoot(value)));
      expect(verifyDeposit(data, FORK)).to.equal(true);
    }
  });

  it("does not verify once anything is changed", () => {
    const data = deposit();
    const flip = (hex: string, byte: number) => {
      const bytes = getBytes(hex);
      bytes[byte]! ^= 1;
      return hexlify(bytes);
    };
    const other = hexlify(SecretKey.fromKeygen(new Uint8Array(32).fill(7)).toPublicKey().toBytes());
    const infinity = `0xc0${"00".repeat(47)}`;
    const changed: Partial<DepositData>[] = [
      { amountGwei: data.amountGwei + 1n },
      { withdrawalCredentials: flip(data.withdrawalCredentials, 0) },
      { withdrawalCredentials: flip(data.withdrawalCredentials, 31) },
      { pubkey: other },
      { pubkey: flip(data.pubkey, 20) },
      { pubkey: infinity },
      { pubkey: infinity, signature: `0xc0${"00".repeat(95)}` },
      { signature: flip(data.signature, 0) },
      { signature: flip(data.signature, 95) },
      { signature: `0x${"00".repeat(96)}` },
    ];
    for (const change of changed) {
      expect(
        verifyDeposit({ ...data, ...change }, FORK),
        JSON.stringify(change, (_, v) => String(v)),
      ).to.equal(false);
    }
  });

  it("refuses wrong lengths and amounts beyond uint64", () => {
    const data = deposit();
    expect(() => depositDataRoot({ ...data, pubkey: "0x00" })).to.throw(
      FatalError,
      "pubkey must be 48 bytes",
    );
    expect(() => depositDataRoot({ ...data, signature: "abc" })).to.throw(
      FatalError,
      "signature must be 96 bytes",
    );
    expect(() => depositDataRoot({ ...data, amountGwei: 2n ** 64n })).to.throw(FatalError, "uint64");
    expect(() => depositDataRoot({ ...data, amountGwei: -1n })).to.throw(FatalError, "uint64");
    expect(() => verifyDeposit(data, "0x00")).to.throw(FatalError, "forkVersion must be 4 bytes");
  });

  it("is accepted by the official deposit contract, which recomputes the root", async () => {
    const { ethers, provider } = await network.create();
    type Account = [balance: string, code: string, storage: [string, string][]];
    const accounts = hoodiGenesis as unknown as Record<string, Account>;
    const [, code, storage] = accounts[DEPOSIT_CONTRACT.toLowerCase()]!;
    await provider.request({ method: "hardhat_setCode", params: [DEPOSIT_CONTRACT, code] });
    for (const [slot, value] of storage) {
      const quantity = `0x${BigInt(slot).toString(16)}`;
      await provider.request({ method: "hardhat_setStorageAt", params: [DEPOSIT_CONTRACT, quantity, value] });
    }
    const [sender] = await ethers.getSigners();
    const abi = [
      "function deposit(bytes pubkey, bytes withdrawal_credentials, bytes signature, bytes32 deposit_data_root) payable",
      "function get_deposit_count() view returns (bytes)",
    ];
    const contract = new Contract(DEPOSIT_CONTRACT, abi, sender);
    const send = (data: DepositData, root: string) =>
      contract.getFunction("deposit").send(data.pubkey, data.withdrawalCredentials, data.signature, root, {
        value: gweiToWei(data.amountGwei),
      });
    const data = deposit(33_000_000_000n);
    await (await send(data, depositDataRoot(data))).wait();
    expect(await contract.getFunction("get_deposit_count").staticCall()).to.equal("0x0100000000000000");

    const wrong = depositDataRoot({ ...data, amountGwei: data.amountGwei + 1n });
    const error = await send(data, wrong).then(
      () => undefined,
      (e: Error) => e,
    );
    expect(error?.message).to.contain("does not match supplied deposit_data_root");
  });
});
