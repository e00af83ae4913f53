import { expect } from "chai";
import { Interface } from "ethers";
import { shownUnit, shownValue } from "../../scripts/pages/figures.ts";
import type { GuardedFunction } from "../../scripts/pages/guardReader.ts";
import { parametersOf } from "../../scripts/pages/parameters.ts";
import type { Permissions } from "../../scripts/pages/permissions.ts";
import { leavesOf, type Subject } from "../../scripts/pages/subjects.ts";
import type { Fixed, Setting, Tables } from "../../scripts/deploy/tables/tables.ts";

const TREASURY = "0x00000000000000000000000000000000000000A1";
const LEDGER = "0x00000000000000000000000000000000000000b2";

const ABI = [
  "constructor(address ledger, tuple(uint16 feeBp, uint32 delay) first, uint256 cap_)",
  "function parameters() view returns (tuple(uint16 feeBp, uint32 delay))",
  "function setParameters(tuple(uint16 feeBp, uint32 delay) p)",
  "function treasury() view returns (address)",
  "function setTreasury(address treasury)",
  "function cap() view returns (uint256)",
  "function jail(uint256 operatorId)",
  "function MAX_FEE_BP() view returns (uint256)",
  "function MAX_FEE_STEP_BP() view returns (uint256)",
  "function MIN_DELAY() view returns (uint256)",
];

const ANSWERS: Record<string, unknown> = {
  parameters: { feeBp: 1_000n, delay: 600n },
  treasury: TREASURY,
  cap: 5n * 10n ** 18n,
  MAX_FEE_BP: 2_000n,
  MAX_FEE_STEP_BP: 250n,
  MIN_DELAY: 60n,
  MAX_STEP_FACTOR: 2n,
  STEP_PERIOD: 604_800n,
};

const FEE: Setting = {
  contract: "Pool",
  setter: "setParameters",
  name: "feeBp",
  value: { view: "parameters", field: "feeBp" },
  parameter: "feeBp",
  least: 0n,
  most: "MAX_FEE_BP",
  note: "in all {MAX_FEE_BP}",
  step: { by: "MAX_FEE_STEP_BP" },
};

const DELAY: Setting = {
  contract: "Pool",
  setter: "setParameters",
  name: "delay",
  value: { view: "parameters", field: "delay" },
  unit: "seconds",
  least: "MIN_DELAY",
  step: { factor: 2n },
};

const PAYEE: Setting = {
  contract: "Pool",
  setter: "setTreasury",
  name: "treasury",
  first: null,
  value: { view: "treasury" },
  unit: "address",
  step: "none",
};

const CAP: Fixed = {
  contract: "Pool",
  name: "cap",
  input: "cap_",
  value: { view: "cap" },
  parameter: "capWei",
  least: 1n,
};

const TABLES: Tables = {
  settings: [FEE, DELAY, PAYEE],
  decisions: [{ contract: "Pool", setter: "jail", what: "whether an operator works" }],
  fixed: [CAP],
};

const PARAMETERS = {
  feeBp: { value: 1_000n, unit: "1/10,000", reason: "a tenth" },
  capWei: { value: 5n * 10n ** 18n, unit: "wei", reason: "enough" },
  chainId: { value: 31_337n, unit: "id", reason: "Hardhat's" },
};

const governed = (signature: string): GuardedFunction => ({
  contract: "Pool",
  signature,
  guards: [{ callers: [{ kind: "role", keeper: "Authority", role: "PARAMETER_MANAGER" }] }],
});

const FUNCTIONS = [
  governed("setParameters(Parameters)"),
  governed("setTreasury(address)"),
  governed("jail(uint256)"),
];

const PERMISSIONS: Permissions = {
  waits: [],
  roles: [],
  fixed: [],
  owned: [],
  functions: FUNCTIONS.map(({ contract, signature }) => ({
    contract,
    signature,
    callers: "`PARAMETER_MANAGER`",
    holders: ["admin"],
    delay: "governed",
  })),
};

/** Refuses as its bounds say, and a fee above 2,000 or a delay below 60. */
function pool(
  change: { abi?: string[]; answers?: Record<string, unknown>; isFrail?: boolean } = {},
): Subject {
  const abi = new Interface(change.abi ?? ABI);
  return {
    abi,
    firstArguments: [LEDGER, { feeBp: "1000", delay: "600" }, "5000000000000000000"],
    read: async (view) => ({ ...ANSWERS, ...change.answers })[view],
    refuses: async ([, first, cap]) => {
      const { feeBp, delay } = first as { feeBp: string; delay: string };
      return (
        (change.isFrail ?? false) ||
        BigInt(feeBp) > 2_000n ||
        BigInt(delay) < 60n ||
        BigInt(cap as string) < 1n
      );
    },
  };
}

function parameters(
  change: { tables?: Partial<Tables>; functions?: GuardedFunction[]; pool?: Subject } = {},
) {
  return parametersOf({
    tables: { ...TABLES, ...change.tables },
    functions: change.functions ?? FUNCTIONS,
    governing: new Set(),
    permissions: PERMISSIONS,
    subjects: new Map([
      ["Pool", change.pool ?? pool()],
      ["Ledger", { ...pool(), abi: new Interface([]), firstArguments: [] }],
    ]),
    parameters: PARAMETERS,
    names: new Map([
      [TREASURY.toLowerCase(), "treasury"],
      [LEDGER.toLowerCase(), "Ledger"],
    ]),
  });
}

const findings = async (...change: Parameters<typeof parameters>) => (await parameters(...change)).findings;
const withSettings = (...settings: Setting[]) => ({ tables: { settings } });

describe("check/pages: parameters", () => {
  it("reads values, bounds and steps", async () => {
    const { tables, findings, untried } = await parameters();
    expect(findings).to.deep.equal([]);
    expect(untried).to.deep.equal([]);
    const who = { callers: "`PARAMETER_MANAGER`", delay: "governed" };
    expect(tables.settings).to.deep.equal([
      {
        contract: "Pool",
        name: "feeBp",
        setter: "setParameters",
        value: "1,000",
        unit: "1/10,000",
        bounds: "0 to 2,000, in all 2,000",
        step: "250",
        ...who,
      },
      {
        contract: "Pool",
        name: "delay",
        setter: "setParameters",
        value: "10 minutes",
        unit: "time",
        bounds: "1 minute or more",
        step: "a factor of 2",
        ...who,
      },
      {
        contract: "Pool",
        name: "treasury",
        setter: "setTreasury",
        value: "`treasury`",
        unit: "address",
        bounds: "",
        step: "none",
        ...who,
      },
    ]);
    expect(tables.decisions).to.deep.equal([{ ...TABLES.decisions[0], ...who }]);
    expect(tables.fixed.map((row) => Object.values(row))).to.deep.equal([
      ["Pool", "cap", "5", "ETH", "0.000000000000000001 or more"],
    ]);
    expect(tables.others).to.deep.equal([
      { name: "chainId", value: "31,337", unit: "id", reason: "Hardhat's" },
    ]);
  });

  it("fails where a function of governance is in no table, and where a table names one that is none", async () => {
    const more = governed("setCap(uint256)");
    expect(await findings({ functions: [...FUNCTIONS, more] })).to.deep.equal([
      "Pool.setCap(uint256) is for governance, and in no table of scripts/deploy/tables/settings.ts",
    ]);
    expect(await findings({ functions: FUNCTIONS.slice(0, 2) })).to.deep.equal([
      "scripts/deploy/tables/settings.ts names Pool.jail, which is no function for governance",
    ]);
    const elsewhere = { ...more, contract: "NotDeployedYet" };
    expect(await findings({ functions: [...FUNCTIONS, elsewhere] })).to.deep.equal([]);
  });

  it("fails where an input of a setter or a constructor is in no table, or a table names none", async () => {
    const noDelay = await findings(withSettings(FEE, PAYEE));
    expect(noDelay).to.deep.equal([
      "Pool.setParameters sets delay, which is in no table of scripts/deploy/tables/settings.ts",
      "Pool is made with delay, which is in no table of scripts/deploy/tables/fixed.ts",
    ]);
    expect(await findings({ tables: { fixed: [] } })).to.deep.equal([
      "Pool is made with cap_, which is in no table of scripts/deploy/tables/fixed.ts",
    ]);
    const gone = await findings(withSettings({ ...FEE, input: "fee", first: "feeBp" }, DELAY, PAYEE));
    expect(gone).to.deep.equal([
      "Pool.setParameters sets feeBp, which is in no table of scripts/deploy/tables/settings.ts",
      "scripts/deploy/tables/settings.ts says that Pool.setParameters sets fee, which it does not",
    ]);
    expect(await findings(withSettings(FEE, DELAY, { ...PAYEE, first: "payee" }))).to.deep.equal([
      "the tables say that Pool is made with payee, which it is not",
    ]);
  });

  it("takes inputs that say which value is set for no values", async () => {
    const abi = ABI.map((line) =>
      line.replace("setTreasury(address treasury)", "setTreasury(bool first, address treasury)"),
    );
    expect(await findings({ pool: pool({ abi }) })).to.deep.equal([
      "Pool.setTreasury sets first, which is in no table of scripts/deploy/tables/settings.ts",
    ]);
    const keyed = withSettings(FEE, DELAY, { ...PAYEE, keys: ["first"] });
    expect(await findings({ ...keyed, pool: pool({ abi }) })).to.deep.equal([]);
  });

  it("fails where a table names what is not there", async () => {
    const cases: [Setting, string][] = [
      [{ ...FEE, most: "MAX_FEE" }, "Pool has no MAX_FEE(), which the tables name"],
      [{ ...FEE, note: "{MOST}" }, "Pool has no MOST(), which the tables name"],
      [{ ...FEE, step: { upBy: "STEP" } }, "Pool has no STEP(), which the tables name"],
      [{ ...FEE, value: { view: "fee" } }, "Pool has no fee(), which the tables name"],
      [
        { ...FEE, value: { view: "parameters", field: "fee" } },
        "Pool.parameters() has no fee, which the tables name",
      ],
      [{ ...FEE, parameter: "fee" }, "Pool.feeBp is said to begin as fee, which is no parameter"],
      [{ ...FEE, most: { of: "Vault", view: "a" } }, "Vault has no a(), which the tables name"],
    ];
    for (const [row, finding] of cases) {
      expect(await findings(withSettings(row, DELAY, PAYEE)), finding).to.deep.equal([finding]);
    }
    expect(await findings({ tables: { fixed: [CAP, { ...CAP, contract: "Gone" }] } })).to.deep.equal([
      "the tables name Gone, which is not deployed",
    ]);
  });

  it("fails where a value is not what the deployment was told, or was made", async () => {
    const answers = { parameters: { feeBp: 999n, delay: 600n }, cap: 4n * 10n ** 18n };
    expect(await findings({ pool: pool({ answers }) })).to.deep.equal([
      "Pool.feeBp is 999, and feeBp is 1,000",
      "Pool.cap is 4,000,000,000,000,000,000, and was made 5,000,000,000,000,000,000",
      "Pool.cap is 4,000,000,000,000,000,000, and capWei is 5,000,000,000,000,000,000",
    ]);
  });

  it("fails where the constructor takes what lies beyond a bound, or refuses what lies on it", async () => {
    const narrow = withSettings({ ...FEE, most: 1_500n }, { ...DELAY, least: 61n }, PAYEE);
    expect(await findings(narrow)).to.deep.equal([
      "Pool.feeBp may be 1501, beyond the bounds of the tables",
      "Pool.delay may be 60, beyond the bounds of the tables",
    ]);
    const wide = withSettings({ ...FEE, most: 2_001n }, { ...DELAY, least: 59n }, PAYEE);
    expect(await findings(wide)).to.deep.equal([
      "Pool.feeBp may not be 2001, a bound of the tables",
      "Pool.delay may not be 59, a bound of the tables",
    ]);
    expect(await findings(withSettings({ ...FEE, most: 2_001n, isTied: true }, DELAY, PAYEE))).to.deep.equal(
      [],
    );
    expect((await parameters({ pool: pool({ isFrail: true }) })).untried).to.deep.equal(["Pool"]);
  });

  describe("steps", () => {
    const stepped = pool({
      abi: [
        ...ABI,
        "function MAX_STEP_FACTOR() view returns (uint256)",
        "function STEP_PERIOD() view returns (uint256)",
      ],
    });
    const stepsOf = async (...settings: Setting[]) => {
      const { tables, findings } = await parameters({ ...withSettings(...settings, PAYEE), pool: stepped });
      return { steps: tables.settings.map(({ step }) => step), findings };
    };

    it("say the period of contracts that have one", async () => {
      const delay: Setting = { ...DELAY, step: { factor: 2n, orBy: 3_600n, upBy: 172_800n } };
      expect(await stepsOf({ ...FEE, step: { upBy: "MAX_FEE_STEP_BP" } }, delay)).to.deep.equal({
        steps: [
          "up by 250; once in 7 days",
          "a factor of 2, or 1 hour, up by 2 days at most; once in 7 days",
          "none",
        ],
        findings: [],
      });
    });

    it("fail where they are not those of the contract", async () => {
      const { findings } = await stepsOf({ ...FEE, step: "none" }, { ...DELAY, step: { factor: 3n } });
      expect(findings).to.deep.equal([
        "Pool.feeBp is said to move without steps, and its contract has steps",
        "Pool.delay is said to move by 3, and moves by 2",
      ]);
    });
  });
});

describe("check/pages: figures", () => {
  it("are shown in units that people read", () => {
    const cases: [unknown, string, string][] = [
      [0n, "wei", "0 ETH"],
      [10n ** 17n, "wei a frame", "0.1 ETH a frame"],
      [1_234n * 10n ** 18n, "wei", "1,234 ETH"],
      [200n * 10n ** 9n, "wei per gas", "200 gwei per gas"],
      [10_000n * 10n ** 9n, "gwei", "10,000 ETH"],
      [2n ** 64n - 1n, "1e-9 shares", "18,446,744,073.7095… shares"],
      [1n, "seconds", "1 second time"],
      [90n, "seconds", "90 seconds time"],
      [3_600n, "seconds", "1 hour time"],
      [7n * 86_400n, "seconds", "7 days time"],
      [1_767_225_600n, "seconds since 1970", "1,767,225,600 seconds since 1970"],
      ["1000", "gas", "1,000 gas"],
      [true, "yes or no", "yes yes or no"],
      ["0x02", "prefix", "`0x02` prefix"],
      [[1, 2, 3], "members", "3 members"],
      [TREASURY, "address", `\`${TREASURY}\` address`],
    ];
    for (const [value, unit, shown] of cases) {
      expect(`${shownValue(value, unit)} ${shownUnit(unit).unit}`).to.equal(shown);
    }
  });

  it("are found inside structs, with lists as a whole", () => {
    const { inputs } = new Interface([
      "function f(uint8 a, tuple(bool b, tuple(address c) d)[] e, tuple(bytes f) g)",
    ]).getFunction("f")!;
    expect(leavesOf(inputs).map(({ name, path }) => [name, path])).to.deep.equal([
      ["a", [0]],
      ["e", [1]],
      ["f", [2, "f"]],
    ]);
  });
});
