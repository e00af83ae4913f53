import { expect } from "chai";
import { hexlify } from "ethers";
import { verifyDeposit } from "../../scripts/lib/depositData.ts";
import { ConfigurationError, FatalError, RetryableError } from "../../scripts/lib/errors.ts";
import { Web3Signer } from "../../scripts/lib/signing/web3Signer.ts";
import { signVoluntaryExit } from "../../scripts/lib/voluntaryExit.ts";
import { startStandInWeb3Signer, validatorSecret, type StandInWeb3Signer } from "./standInSigners.ts";

const SECRET = validatorSecret(7);
const PUBKEY = hexlify(SECRET.toPublicKey().toBytes());
const NETWORK = { capellaForkVersion: "0x40000910", genesisValidatorsRoot: `0x${"4b".repeat(32)}` };
const EXIT = { epoch: 269_568, validatorIndex: 1_234_567 };
const DEPOSIT = {
  pubkey: PUBKEY,
  withdrawalCredentials: `0x02${"00".repeat(11)}${"aa".repeat(20)}`,
  amountGwei: 10n ** 9n,
};
const FORK = "0x10000910";

describe("signing by Web3Signer", () => {
  let server: StandInWeb3Signer;
  let signer: Web3Signer;

  beforeEach(async () => {
    server = await startStandInWeb3Signer(SECRET);
    signer = new Web3Signer(server.url);
  });
  afterEach(() => server.close());

  async function refused(action: () => Promise<unknown>, complaint: string): Promise<void> {
    let error: unknown;
    await action().catch((e: unknown) => (error = e));
    expect(error, complaint).to.be.instanceOf(FatalError);
    expect((error as Error).message)
      .to.contain(complaint)
      .and.contain(server.host);
  }

  it("gives the exit that the key itself would sign", async () => {
    const signed = await signer.signVoluntaryExit(PUBKEY, EXIT, NETWORK);
    expect(signed).to.deep.equal(signVoluntaryExit(SECRET, EXIT, NETWORK));
    expect(server.bodies).to.have.length(1);
    expect(server.bodies[0]).to.deep.include({
      type: "VOLUNTARY_EXIT",
      fork_info: {
        fork: { previous_version: "0x40000910", current_version: "0x40000910", epoch: "0" },
        genesis_validators_root: NETWORK.genesisValidatorsRoot,
      },
      voluntary_exit: { epoch: "269568", validator_index: "1234567" },
    });
  });

  it("gives a deposit that the beacon chain takes", async () => {
    const signed = await signer.signDeposit(DEPOSIT, FORK);
    expect(signed).to.include(DEPOSIT);
    expect(verifyDeposit(signed, FORK)).to.equal(true);
    expect(server.bodies[0]).to.deep.include({
      type: "DEPOSIT",
      deposit: {
        pubkey: PUBKEY,
        withdrawal_credentials: DEPOSIT.withdrawalCredentials,
        amount: "1000000000",
        genesis_fork_version: FORK,
      },
    });
  });

  it("reads answers of older versions, which are the bytes alone", async () => {
    server.form = (signature) => `${signature}\n`;
    expect(verifyDeposit(await signer.signDeposit(DEPOSIT, FORK), FORK)).to.equal(true);
  });

  it("is refused where the signature is another key's, of something else, or none", async () => {
    const asked = () => [signer.signVoluntaryExit(PUBKEY, EXIT, NETWORK), signer.signDeposit(DEPOSIT, FORK)];
    const other = await signer.signVoluntaryExit(PUBKEY, { ...EXIT, epoch: 1 }, NETWORK);
    const abroad = await signer.signVoluntaryExit(PUBKEY, EXIT, {
      ...NETWORK,
      genesisValidatorsRoot: `0x${"00".repeat(32)}`,
    });
    for (const { signature } of [
      other,
      abroad,
      { signature: `0xc0${"00".repeat(95)}` },
      { signature: `0x${"ff".repeat(96)}` },
    ]) {
      server.form = () => JSON.stringify({ signature });
      for (const answer of asked()) await refused(() => answer, `does not hold for ${PUBKEY}`);
    }
    for (const text of ["", "null", "{}", '{"signature": 5}', "0x1234", "<html>", `0x${"11".repeat(97)}`]) {
      server.form = () => text;
      for (const answer of asked()) await refused(() => answer, "no signature");
    }
    server.form = (signature) => JSON.stringify({ signature });
    server.keys.set(PUBKEY, validatorSecret(8));
    for (const answer of asked()) await refused(() => answer, "does not hold");
  });

  it("says which key a signer lacks, and tells one that is away from one that refuses", async () => {
    const stranger = hexlify(validatorSecret(9).toPublicKey().toBytes());
    await refused(() => signer.signVoluntaryExit(stranger, EXIT, NETWORK), `has no key ${stranger}`);
    server.routes[`/api/v1/eth2/sign/${PUBKEY}`] = (_, response) =>
      void response.writeHead(412).end("slashing protection");
    await refused(() => signer.signDeposit(DEPOSIT, FORK), "status 412: slashing protection");
    server.routes[`/api/v1/eth2/sign/${PUBKEY}`] = (_, response) => void response.writeHead(503).end();
    let error: unknown;
    await signer.signDeposit(DEPOSIT, FORK).catch((e: unknown) => (error = e));
    expect(error).to.be.instanceOf(RetryableError);
    expect(() => new Web3Signer("user:hunter2@host"))
      .to.throw(ConfigurationError, "web3SignerUrl")
      .and.not.match(/hunter2/);
  });

  it("asks for nothing under what is no public key", async () => {
    await expectFatal(() => signer.signVoluntaryExit("0x12/../..", EXIT, NETWORK), "pubkey must be 48 bytes");
    expect(server.requests).to.deep.equal([]);
  });
});

async function expectFatal(action: () => Promise<unknown>, complaint: string): Promise<void> {
  let error: unknown;
  await action().catch((e: unknown) => (error = e));
  expect(error).to.be.instanceOf(FatalError);
  expect((error as Error).message).to.contain(complaint);
}
