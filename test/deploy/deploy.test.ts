import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { accept } from "../../scripts/deploy/accept/accept.ts";
import type { Check } from "../../scripts/deploy/accept/check.ts";
import { readRoles, rolesOf } from "../../scripts/deploy/accept/rolesFile.ts";
import { deploy, type Deployed } from "../../scripts/deploy/deploy.ts";
import { parameter } from "../../scripts/deploy/parameters/schema.ts";
import { Records, type DeploymentRecord } from "../../scripts/lib/records.ts";
import { explain, FatalError } from "../../scripts/lib/errors.ts";
import { localAddress } from "../../scripts/lib/localAccounts.ts";
import { connectProtocol, CONTRACT_NAMES, type Protocol } from "../../scripts/lib/protocol.ts";
import { ADMIN_ROLE, ROLE_NAMES, roleId } from "../../scripts/lib/roles.ts";
import { expectRevert } from "../story/support/revert.ts";
import { startBareChain, type BareChain } from "./support/bareChain.ts";

/// Three of them for the factory, on a chain that has none.
const TRANSACTIONS = 92;
const FROZEN = ["LEDGER", "WITHDRAWAL_QUEUE"] as const;

/// Who holds which role of the authority.
async function holdersByEvents(protocol: Protocol): Promise<Record<string, string[]>> {
  const roles = rolesOf(await readRoles(protocol))["Authority"]!;
  return Object.fromEntries(Object.entries(roles).map(([role, { holders }]) => [role, holders]));
}

async function acceptOf(
  { provider, deployer, parameters }: BareChain,
  addresses: Deployed["addresses"],
  records: Records,
): Promise<Check[]> {
  const protocol = connectProtocol(addresses, provider);
  return accept({ protocol, provider, parameters, records, deployer: await deployer.getAddress() });
}

describe("deploy: the protocol", () => {
  let chain: BareChain;
  let folder: string;
  let records: Records;
  let first: Deployed;
  let protocol: Protocol;

  before(async () => {
    chain = await startBareChain();
    folder = mkdtempSync(join(tmpdir(), "kedge-deploy-"));
    records = new Records(folder);
    first = await deploy({ ...chain, records });
    protocol = connectProtocol(first.addresses, chain.provider);
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await chain.close();
  });

  it("records every contract, and a second run sends nothing", async () => {
    expect(first.sent).to.equal(TRANSACTIONS);
    expect(Object.keys(first.addresses)).to.have.members(CONTRACT_NAMES);
    expect(JSON.parse(readFileSync(join(folder, "addresses.json"), "utf8"))).to.deep.equal(first.addresses);
    const recorded = readFileSync(join(folder, "records.json"), "utf8");

    const nonce = await chain.deployer.getNonce();
    const said: string[] = [];
    const second = await deploy({ ...chain, records: new Records(folder), say: (line) => said.push(line) });
    expect(second).to.deep.equal({ addresses: first.addresses, sent: 0 });
    expect(said).to.deep.equal([]);
    expect(await chain.deployer.getNonce()).to.equal(nonce);
    expect(readFileSync(join(folder, "records.json"), "utf8")).to.equal(recorded);
    expect(existsSync(join(folder, "records.json.new"))).to.equal(false);
  });

  it("roles are held exactly as intended, by the events alone", async () => {
    const a = first.addresses;
    const admin = localAddress("admin");
    expect(await holdersByEvents(protocol)).to.deep.equal({
      DEFAULT_ADMIN_ROLE: [admin],
      LEDGER: [a.StakedEther],
      WITHDRAWAL_QUEUE: [a.InstantExit, a.WithdrawalQueue].sort(),
      DEPOSITOR: [a.BeaconDepositor],
      ACCOUNTING: [a.ReportOracle],
      REPORTER: [a.BalanceCheckpoint],
      BALANCE_WITNESS: [a.BalanceCheckpoint],
      BOND_VAULT: [a.BondVault],
      SHARE_BURNER: [
        a.BondVault,
        a.CommitteeBonds,
        a.InstantExit,
        a.InsuranceReserve,
        a.RewardDistributor,
      ].sort(),
      COMMITTEE: [a.OracleCommittee],
      COMMITTEE_JUDGE: [a.OracleCommittee],
      EVIDENCE: [a.MemberEvidence],
      WITNESS: [a.SlashingOracle],
      EXIT_HOLDER: [a.SlashingOracle],
      BOND_LOCKER: [a.WithheldRewards],
      OPERATOR_JUDGE: [a.DutyJudge, a.StakeAllocator].sort(),
      EXIT_REQUESTER: [a.ExitController],
      BUDGET_SPENDER: [a.ExitController, a.KeeperJobs, a.ReportOracle].sort(),
      CONSOLIDATOR: [a.Consolidator],
      CLOSED_ACCOUNT: [a.WrappedStakedEther, a.WithdrawalQueue].sort(),
      REPORT_RESOLVER: [admin],
      COMMITTEE_MANAGER: [admin],
      OPERATOR_MANAGER: [admin],
      COMPLIANCE_MANAGER: [admin],
      PARAMETER_MANAGER: [admin],
      REQUEST_TARGET_MANAGER: [admin],
      RESUMER: [admin],
      GUARDIAN: [localAddress("guardian")],
      PAUSER: [a.EmergencyBrake, admin].sort(),
    });
    const deployer = await chain.deployer.getAddress();
    for (const role of [ADMIN_ROLE, ...ROLE_NAMES.map(roleId)]) {
      expect(await protocol.Authority.hasRole(role, deployer), role).to.equal(false);
      expect(await protocol.Authority.getRoleAdmin(role), role).to.equal(ADMIN_ROLE);
    }
  });

  it("roles that move ether are frozen, for the admin too; the others are the admin's", async () => {
    const { Authority } = protocol;
    const admin = await chain.provider.getSigner(localAddress("admin"));
    const authority = Authority.connect(admin);
    const holders = {
      LEDGER: first.addresses.StakedEther,
      WITHDRAWAL_QUEUE: first.addresses.WithdrawalQueue,
    };
    for (const name of FROZEN) {
      const role = roleId(name);
      await expectRevert(authority.grantRole(role, admin), Authority, "RoleIsFrozen", [role]);
      await expectRevert(authority.revokeRole(role, holders[name]), Authority, "RoleIsFrozen", [role]);
    }
    for (const name of ROLE_NAMES.filter((name) => !FROZEN.some((frozen) => frozen === name))) {
      expect(await Authority.isFrozen(roleId(name)), name).to.equal(false);
      await authority.grantRole.staticCall(roleId(name), chain.deployer);
      await expectRevert(
        Authority.connect(chain.deployer).grantRole(roleId(name), chain.deployer),
        Authority,
        "AccessControlUnauthorizedAccount",
      );
    }
  });

  it("is accepted, check by check", async () => {
    const checks = await acceptOf(chain, first.addresses, records);
    expect(checks.filter(({ ok }) => !ok)).to.deep.equal([]);
    expect(checks).to.have.length.above(500);
  });
});

describe("deploy: interrupted", () => {
  let chain: BareChain;
  let empty: string;
  let whole: Awaited<ReturnType<typeof finalState>>;

  /// Everything that a deployment leaves behind.
  async function finalState(deployed: Deployed) {
    const protocol = connectProtocol(deployed.addresses, chain.provider);
    const ids = ROLE_NAMES.map(roleId);
    return {
      addresses: deployed.addresses,
      holders: await holdersByEvents(protocol),
      frozen: await Promise.all(ids.map((role) => protocol.Authority.isFrozen(role))),
      closed: await Promise.all(CONTRACT_NAMES.map((name) => protocol.StakedEther.isClosed(protocol[name]))),
      nonce: await chain.deployer.getNonce(),
    };
  }

  before(async () => {
    chain = await startBareChain();
    empty = await chain.devnet.snapshot();
    whole = await finalState(await deploy({ ...chain, records: new Records() }));
  });
  beforeEach(async () => {
    await chain.devnet.restore(empty);
    empty = await chain.devnet.snapshot();
  });
  after(() => chain.close());

  /// Runs until so many steps are done, then breaks off.
  async function breakOff(records: Records, after: number): Promise<void> {
    let left = after;
    const say = () => {
      if (--left === 0) throw new Error("the cable is pulled");
    };
    const error = await deploy({ ...chain, records, say }).catch((reason: unknown) => reason);
    expect((error as Error).message).to.equal("the cable is pulled");
  }

  for (const after of [1, 2, 3, 4, 9, 10, 15, 17, 25, 34, 41, 84, 90, 91, 92]) {
    it(`after ${after} of ${TRANSACTIONS} transactions, a second run ends in the same state`, async () => {
      const records = new Records();
      await breakOff(records, after);
      const { addresses, sent } = await deploy({ ...chain, records });
      expect(sent).to.equal(TRANSACTIONS - after);
      expect(await finalState({ addresses, sent })).to.deep.equal(whole);
    });
  }

  it("again and again, it goes on from where it was", async () => {
    const records = new Records();
    for (let i = 0; i < TRANSACTIONS; i++) await breakOff(records, 1);
    const { addresses, sent } = await deploy({ ...chain, records });
    expect(sent).to.equal(0);
    expect(await finalState({ addresses, sent })).to.deep.equal(whole);
  });

  it("handed to the stakers: their timelock is the admin for ever, wherever the run broke off", async () => {
    const { parameters } = chain;
    const stakers = { ...chain, parameters: { ...parameters, admin: parameter(null, "none", "a test") } };
    const records = new Records();
    const say = (line: string) => {
      if (line.startsWith("GUARDIAN")) throw new Error("the cable is pulled");
    };
    await deploy({ ...stakers, records, say }).catch(() => undefined);
    const deployed = await deploy({ ...stakers, records });
    const protocol = connectProtocol(deployed.addresses, chain.provider);
    const timelock = deployed.addresses.ExitWindowTimelock;
    const holders = await holdersByEvents(protocol);
    expect(holders["DEFAULT_ADMIN_ROLE"]).to.deep.equal([timelock]);
    for (const [role, who] of Object.entries(holders)) {
      expect(who, role).to.not.include(await chain.deployer.getAddress());
      expect(who, role).to.not.include(localAddress("admin"));
    }
    expect(holders["PARAMETER_MANAGER"]).to.deep.equal([timelock]);
    expect(await protocol.Authority.isFrozen(ADMIN_ROLE)).to.equal(true);
    expect((await deploy({ ...stakers, records })).sent, "nothing is left").to.equal(0);
    const checks = await acceptOf(stakers, deployed.addresses, records);
    expect(checks.filter(({ ok }) => !ok)).to.deep.equal([]);
    // one transaction gives the root away and freezes it; another was signed before by nobody
    expect(await chain.deployer.getNonce()).to.equal(TRANSACTIONS - 2);
  });

  it("between a contract and its record, the contract is found, and nothing is deployed twice", async () => {
    class Torn extends Records {
      override set(name: string, record: DeploymentRecord): void {
        if (name === "StakedEther") throw new Error("the disk is full");
        super.set(name, record);
      }
    }
    const torn = new Torn();
    const error = await deploy({ ...chain, records: torn }).catch((reason: unknown) => reason);
    expect((error as Error).message).to.equal("the disk is full");
    const records = new Records();
    for (const name of Object.keys(torn.addresses())) records.set(name, torn.get(name)!);

    const { addresses, sent } = await deploy({ ...chain, records });
    expect(sent).to.equal(TRANSACTIONS - 9);
    expect(await finalState({ addresses, sent })).to.deep.equal(whole);
    const recorded = records.get("StakedEther")!;
    expect(recorded).to.include({ address: whole.addresses.StakedEther });
    const receipt = await chain.provider.getTransactionReceipt(recorded.transactionHash);
    expect(receipt).to.include({ blockNumber: recorded.blockNumber, gasUsed: BigInt(recorded.gasUsed) });
  });

  it("what was deployed with other arguments, and recorded or not, is not gone on with", async () => {
    const records = new Records();
    await breakOff(records, 6);
    const { parameters } = chain;
    const deadline = parameter(parameters.predepositDeadlineSeconds.value + 1n, "seconds", "a test");
    const changed = { ...chain, parameters: { ...parameters, predepositDeadlineSeconds: deadline } };
    const refused = async (known: Records) =>
      explain(await deploy({ ...changed, records: known }).catch((reason: unknown) => reason));
    expect(await refused(records)).to.match(
      /^ValidatorRegistry is recorded at 0x\w{40}, constructed with "7200" where the parameters now say "7201" \(argument 3\)$/,
    );
    expect(await refused(new Records())).to.match(
      /^ValidatorRegistry was deployed in 0x\w{64} by other code, or with other arguments, than now: restore/,
    );
    const label = parameter("2", "label", "a test");
    const anew = { ...changed, parameters: { ...changed.parameters, label } };
    expect(await refused(records)).to.contain("ValidatorRegistry");
    const { addresses } = await deploy({ ...anew, records: new Records() });
    expect(addresses.Authority).not.to.equal(whole.addresses.Authority);
    expect(explain(await deploy({ ...anew, records }).catch((reason: unknown) => reason))).to.match(
      /^Authority is recorded at 0x\w{40}, and this deployer and label have it at 0x\w{40}: the records/,
    );
  });

  it("addresses follow from the deployer, the label and the name alone", async () => {
    await chain.devnet.tickSlots(3);
    const { parameters } = chain;
    const seedWei = parameter(parameters.seedWei.value + 1n, "wei", "a test");
    const other = { ...chain, parameters: { ...parameters, seedWei } };
    const { addresses } = await deploy({ ...other, records: new Records() });
    expect(addresses).to.deep.equal(whole.addresses);
  });

  it("a constructor that reverts is told by its reason", async () => {
    const { parameters } = chain;
    const brakeSeconds = parameter(15n * 86_400n, "seconds", "a test");
    const wrong = { ...chain, parameters: { ...parameters, brakeSeconds } };
    const error = await deploy({ ...wrong, records: new Records() }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(FatalError);
    expect((error as Error).message).to.match(/^EmergencyBrake cannot be deployed: .*ParameterOutOfBounds/);
  });

  it("records of another chain are told from a deployment", async () => {
    const records = new Records();
    await breakOff(records, 6);
    await chain.devnet.restore(empty);
    empty = await chain.devnet.snapshot();
    const error = await deploy({ ...chain, records }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(FatalError);
    expect((error as Error).message).to.match(
      /^Authority is recorded at 0x\w{40}, where there is no code: .*--fresh$/,
    );
  });

  it("parameters of another chain are refused before anything is sent", async () => {
    const parameters = { ...chain.parameters, chainId: parameter(1n, "id", "mainnet") };
    const nonce = await chain.deployer.getNonce();
    const error = await deploy({ ...chain, parameters, records: new Records() }).catch(
      (reason: unknown) => reason,
    );
    expect((error as Error).message).to.equal("the chain has id 31337, the parameters are for 1");
    expect(await chain.deployer.getNonce()).to.equal(nonce);
  });
});
