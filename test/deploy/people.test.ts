import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Wallet, ZeroAddress } from "ethers";
import { peopleExample, peopleFile, readPeople } from "../../scripts/deploy/people.ts";
import type { PublicNetwork } from "../../scripts/deploy/parameters/chains.ts";
import { ConfigurationError } from "../../scripts/lib/errors.ts";

interface Written {
  admin: string | null;
  treasury: string;
  guardian: string;
  committee: { member: string; owner: string; weight: number }[];
}

/// Accounts by their numbers.
const account = (number: number) => new Wallet(`0x${(number + 1).toString(16).padStart(64, "0")}`).address;
const seats = (...weights: number[]) =>
  weights.map((weight, i) => ({ member: account(10 + i), owner: account(100 + i), weight }));
const people = (changes: Partial<Written> = {}): Written => ({
  admin: null,
  treasury: account(1),
  guardian: account(2),
  committee: seats(1, 1, 1, 1),
  ...changes,
});

describe("deploy: people", () => {
  let folder: string;
  let file: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "kedge-people-"));
    file = join(folder, "people.json");
  });
  after(() => rmSync(folder, { recursive: true }));

  const read = (network: PublicNetwork, written: unknown) => {
    writeFileSync(file, typeof written === "string" ? written : JSON.stringify(written));
    return readPeople(network, file);
  };
  const refusal = (network: PublicNetwork, written: unknown): string => {
    try {
      read(network, written);
    } catch (error) {
      expect(error).to.be.instanceOf(ConfigurationError);
      const { setting, message } = error as ConfigurationError;
      expect(setting).to.equal(file);
      return message;
    }
    return "";
  };

  it("four members of equal weight are taken, on every network", () => {
    for (const network of ["hoodi", "sepolia", "mainnet"] as const) {
      const { people: taken, warnings } = read(network, people());
      expect(warnings).to.deep.equal([]);
      expect(taken).to.deep.equal({
        ...people(),
        committee: people().committee.map((seat) => ({ ...seat, weight: 1n })),
      });
    }
  });

  it("owners may have several members, and the treasury may own one", () => {
    const committee = seats(1, 1, 1, 1).map((seat) => ({ ...seat, owner: account(1) }));
    expect(read("mainnet", people({ committee })).warnings).to.deep.equal([]);
  });

  it("a file that is not there is asked for, with an example that is refused as it stands", () => {
    expect(() => readPeople("hoodi", join(folder, "nobody.json"))).to.throw(
      ConfigurationError,
      `nobody.json: is not there; for example: ${peopleExample()}`,
    );
    const example = JSON.parse(peopleExample()) as Written;
    const message = refusal("hoodi", example);
    expect(message.match(/is the example's: nobody has its key/g)).to.have.length(10);
    const { committee } = example;
    const ours = committee.map(({ weight }, i) => ({ ...seats(1, 1, 1, 1)[i]!, weight }));
    read("mainnet", { ...example, treasury: account(1), guardian: account(2), committee: ours });
  });

  it("the example is the one in the page about deploying", () => {
    expect(readFileSync("docs/deploying.md", "utf8")).to.contain(peopleExample());
  });

  it("is by default beside the records of the network", () => {
    expect(peopleFile("hoodi")).to.match(/deployments\/hoodi\/people\.json$/);
  });

  const [first, second, third, fourth] = seats(1, 1, 1, 1) as [
    Written["committee"][0],
    Written["committee"][0],
    Written["committee"][0],
    Written["committee"][0],
  ];
  const wrong: [string, unknown, string][] = [
    ["what is not JSON", "{", "is not JSON that can be read"],
    ["a lower-case address", people({ treasury: account(1).toLowerCase() }), "treasury: "],
    [
      "a letter in the wrong case",
      people({ guardian: account(2).replace(/[a-f]/, (letter) => letter.toUpperCase()) }),
      "does not have its checksum",
    ],
    ["what is no address", people({ treasury: "treasury.eth" }), "treasury: treasury.eth is not an address"],
    [
      "the zero address",
      people({ guardian: ZeroAddress }),
      "guardian: 0x0000000000000000000000000000000000000000 is the zero",
    ],
    ["one for two tasks", people({ guardian: account(1) }), `guardian: ${account(1)} is treasury already`],
    [
      "a key for two members",
      people({ committee: [first, second, third, { ...fourth, member: first.member }] }),
      `committee.3.member: ${first.member} is committee.0.member already`,
    ],
    [
      "a key that owns a bond",
      people({ committee: [first, second, third, { ...fourth, member: first.owner }] }),
      `committee.3.member: ${first.owner} is committee.0.owner too`,
    ],
    [
      "a guardian that signs reports",
      people({ guardian: first.member }),
      `committee.0.member: ${first.member} is guardian already`,
    ],
    ["a weight of nothing", people({ committee: seats(1, 1, 1, 0) }), "committee.3.weight"],
    ["too much weight", people({ committee: seats(1, 1, 1, 1_000_001) }), "committee.3.weight"],
    ["nobody", people({ committee: [] }), "committee: "],
    ["more than a list may have", people({ committee: seats(...Array<number>(33).fill(1)) }), "committee: "],
    [
      "one that is a quorum alone",
      people({ committee: seats(1, 1, 1, 7) }),
      `committee.3.weight: 7 of 10 makes ${fourth.member} a quorum alone`,
    ],
    ["what nobody asked for", { ...people(), deployer: account(3) }, "deployer"],
  ];
  for (const [what, written, said] of wrong) {
    it(`refuses ${what}`, () => expect(refusal("hoodi", written)).to.contain(said));
  }

  it("tells all that is wrong at once", () => {
    const message = refusal("hoodi", people({ treasury: "none", guardian: ZeroAddress }));
    expect(message).to.contain("treasury: none").and.to.contain("guardian: 0x");
  });

  it("two thirds exactly are no quorum: six of nine are taken", () => {
    expect(refusal("hoodi", people({ committee: seats(6, 1, 1, 1) }))).to.equal("");
    expect(refusal("hoodi", people({ committee: seats(7, 1, 1, 1) }))).to.contain("quorum alone");
  });

  it("a committee that stops when one is away: test networks warn, mainnet refuses", () => {
    for (const committee of [seats(1, 1), seats(1, 1, 1), seats(3, 1, 1, 1)]) {
      const { warnings } = read("hoodi", people({ committee }));
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.contain(`when ${first.member}`).and.to.contain("four members");
      expect(refusal("mainnet", people({ committee }))).to.contain("four members");
    }
  });

  it("an account that governs is for test networks alone", () => {
    const admin = account(3);
    expect(read("sepolia", people({ admin })).people.admin).to.equal(admin);
    expect(refusal("mainnet", people({ admin }))).to.contain("admin: must be null");
  });
});
